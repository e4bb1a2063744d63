/**
 * The training loop: forward and backward pass, gradient sync, learning rate, clipping, update. One optimizer step at a
 * time, as an async generator: whoever drives it decides what to log, when to evaluate and when to save.
 */
import type { RankStep } from '../../shared/domain/metrics.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import type { Batch } from '../data/types.ts'
import type { BatchSums, Classifier } from './classifier.ts'
import { DivergedError } from './diverged.ts'
import type { GradientSync, StepSums } from './gradient-sync.ts'
import { clipScale, type Optimizer } from './optimizer.ts'
import type { ParameterStore } from './parameter-store.ts'
import { learningRateAt, type ScheduleConfig } from './schedule.ts'

/** This rank's batches of one optimizer step. */
export interface TrainStep {
  epoch: number
  /** One for each micro-step; an empty one (no examples) computes nothing. */
  microBatches: readonly Batch[]
}

export interface TrainOptions {
  classifier: Classifier
  store: ParameterStore
  optimizer: Optimizer
  sync: GradientSync
  config: Pick<RunConfig, 'seed' | 'maxGradNorm'> & ScheduleConfig
  steps: Iterable<TrainStep> | AsyncIterable<TrainStep>
  /** Updates already made: 0, or the checkpoint's step. */
  startStep: number
  totalSteps: number
  rank: number
  /** Asked before each step. Ranks must agree, or the group will wait for those that stopped. */
  shouldStop(): boolean | Promise<boolean>
}

export interface StepResult {
  /** 1-based count of optimizer updates. */
  step: number
  epoch: number
  /** Mean over the examples of all ranks, dropout on. */
  globalLoss: number
  globalExampleCount: number
  /** Before clipping. */
  gradNorm: number
  learningRate: number
  local: RankStep
}

export async function* train(options: TrainOptions): AsyncGenerator<StepResult, void, undefined> {
  const { store, optimizer, sync, config, totalSteps, rank } = options
  let step = options.startStep
  const clock = new PhaseClock()
  for await (const { epoch, microBatches } of options.steps) {
    if (await options.shouldStop()) return
    step++
    const dataMs = clock.lap()

    // region loop
    const local = await sumGradients(options, microBatches, step)
    const forwardBackwardMs = clock.lap()

    const global = await sync.reduce(store.arena.gradients, local, step)
    const allReduceMs = clock.lap()

    const globalLoss = global.lossSum / global.exampleCount
    // The gradients are sums: the mean is taken in the passes that read them anyway.
    const gradNorm = (await optimizer.gradNorm()) / global.exampleCount
    const learningRate = learningRateAt(step, totalSteps, config)
    if (!Number.isFinite(globalLoss) || !Number.isFinite(gradNorm)) {
      const globalExampleCount = global.exampleCount
      throw new DivergedError({ step, epoch, globalLoss, globalExampleCount, gradNorm, learningRate, localLoss: meanLoss(local) })
    }
    await optimizer.update({ learningRate, gradScale: clipScale(gradNorm, config.maxGradNorm) / global.exampleCount })
    const optimizerMs = clock.lap()
    // endregion

    yield {
      step,
      epoch,
      globalLoss,
      globalExampleCount: global.exampleCount,
      gradNorm,
      learningRate,
      local: {
        rank,
        localLoss: meanLoss(local),
        exampleCount: local.exampleCount,
        tokenCount: local.tokenCount,
        paddedTokenCount: local.computedTokenCount,
        stepMs: dataMs + forwardBackwardMs + allReduceMs + optimizerMs,
        phases: { dataMs, forwardBackwardMs, allReduceMs, optimizerMs },
      },
    }
    // What the consumer did meanwhile (evaluating, saving) is not part of the next step.
    clock.lap()
  }
}

// region accumulate
/** Leaves the sums over all micro-batches where the store keeps gradients. */
async function sumGradients(
  { classifier, store, config, rank }: TrainOptions,
  microBatches: readonly Batch[],
  step: number,
): Promise<BatchSums> {
  const sums = { lossSum: 0, exampleCount: 0, tokenCount: 0, computedTokenCount: 0 }
  for (const [microStep, batch] of microBatches.entries()) {
    const own = await classifier.gradients(batch, { seed: config.seed, rank, step, microStep })
    sums.lossSum += own.lossSum
    sums.exampleCount += own.exampleCount
    sums.tokenCount += own.tokenCount
    sums.computedTokenCount += own.computedTokenCount
    await store.accumulate(microStep, microStep === microBatches.length - 1)
  }
  return sums
}
// endregion

const meanLoss = ({ lossSum, exampleCount }: StepSums): number => (exampleCount === 0 ? 0 : lossSum / exampleCount)

class PhaseClock {
  #since = performance.now()

  /** Milliseconds since the last lap. */
  lap(): number {
    const now = performance.now()
    const elapsed = now - this.#since
    this.#since = now
    return elapsed
  }
}
