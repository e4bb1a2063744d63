/**
 * Data parallelism at its simplest: wait for the backward pass, then one all-reduce per parameter. Right, and slow where
 * parameters are many and small. Kept beside `reducer.ts`, so that the lesson is the difference between the two.
 */
import type { ProcessGroup } from '../collectives/process-group.ts'
import type { GradientSync, StepSums } from '../engine/gradient-sync.ts'
import type { ArenaLayout } from './buckets.ts'
import { allReduceSums } from './step-sums.ts'

export interface NaiveSyncOptions {
  group: ProcessGroup
  arena: ArenaLayout
}

export class NaiveSync implements GradientSync {
  private readonly options: NaiveSyncOptions

  constructor(options: NaiveSyncOptions) {
    this.options = options
  }

  // region naive
  async reduce(gradients: Float32Array, local: StepSums, step: number): Promise<StepSums> {
    const { group, arena } = this.options
    for (const [index, { name, size }] of arena.specs.entries()) {
      const start = arena.offsets.get(name)!
      await group.allReduce(gradients.subarray(start, start + size), { step, bucket: index })
    }
    return allReduceSums(group, local, { step, bucket: arena.specs.length })
  }
  // endregion
}
