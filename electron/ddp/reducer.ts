/**
 * Data parallelism with buckets, after PyTorch's `Reducer`: each parameter is marked ready when its gradient is complete,
 * a bucket whose parameters are all ready goes out as one all-reduce, and `finalize` waits for all of them.
 *
 * Invariant: every rank sends out the same buckets in the same order, whatever order its gradients become ready in. The
 * gradient is reduced in place; a bucket is a view of it.
 */
import type { ProcessGroup } from '../collectives/process-group.ts'
import type { GradientSync, StepSums } from '../engine/gradient-sync.ts'
import { planBuckets, type ArenaLayout, type Bucket } from './buckets.ts'
import { allReduceSums } from './step-sums.ts'

export interface ReducerOptions {
  group: ProcessGroup
  arena: ArenaLayout
  bucketCapBytes: number
}

interface OpenStep {
  gradients: Float32Array
  step: number
  /** For each bucket the parameters still awaited. */
  unready: Set<string>[]
  /** One for each bucket that has gone out. */
  reductions: Promise<void>[]
}

export class Reducer implements GradientSync {
  readonly buckets: readonly Bucket[]
  private readonly options: ReducerOptions
  private readonly bucketOf = new Map<string, Bucket>()
  private current: OpenStep | null = null

  constructor(options: ReducerOptions) {
    this.options = options
    this.buckets = planBuckets(options.arena, options.bucketCapBytes)
    for (const bucket of this.buckets) for (const name of bucket.names) this.bucketOf.set(name, bucket)
  }

  /** For a backward pass that returns all gradients at once. */
  async reduce(gradients: Float32Array, local: StepSums, step: number): Promise<StepSums> {
    this.begin(gradients, step)
    for (const { names } of this.buckets) for (const name of names) this.markReady(name)
    return this.finalize(local)
  }

  /** Opens a step. `gradients` belongs to the reducer until `finalize` has returned. */
  begin(gradients: Float32Array, step: number): void {
    const unready = this.buckets.map(({ names }) => new Set(names))
    this.current = { gradients, step, unready, reductions: [] }
  }

  // region mark-ready
  /** The gradient of parameter `name` is complete and will not be touched any more in this step. */
  markReady(name: string): void {
    const { unready, reductions } = this.currentStep()
    const bucket = this.bucketOf.get(name)
    if (!bucket || !unready[bucket.index].delete(name)) throw new Error(`Parameter ${name} is not awaited in this step`)
    while (reductions.length < this.buckets.length && unready[reductions.length].size === 0) this.launch(reductions.length)
  }
  // endregion

  /** Closes the step. Throws what a collective threw; the gradients are then good for nothing. */
  async finalize(local: StepSums): Promise<StepSums> {
    const { step, unready, reductions } = this.currentStep()
    this.current = null
    if (reductions.length < this.buckets.length) {
      throw new Error(`Parameters never became ready: ${unready.flatMap((names) => [...names]).join(', ')}`)
    }
    const sums = allReduceSums(this.options.group, local, { step, bucket: this.buckets.length })
    const [global] = await Promise.all([sums, ...reductions])
    return global
  }

  // region launch
  private launch(index: number): void {
    const { gradients, step, reductions } = this.currentStep()
    const { start, end } = this.buckets[index]
    const reduction = this.options.group.allReduce(gradients.subarray(start, end), { step, bucket: index })
    // It may fail while the backward pass still runs: `finalize` is where that is heard of.
    reduction.catch(() => undefined)
    reductions.push(reduction)
  }
  // endregion

  private currentStep(): OpenStep {
    if (!this.current) throw new Error('No step is open: call begin first')
    return this.current
  }
}
