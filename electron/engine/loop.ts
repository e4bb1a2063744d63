/**
 * The training loop: forward and backward pass, gradient sync, learning rate, clipping, update. One optimizer step at a
 * time, as an async generator: whoever drives it decides what to log, when to evaluate and when to save.
 */
import { LabError } from '../../shared/contract/errors.ts'
import type { RankStep } from '../../shared/domain/metrics.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import type { Batch } from '../data/types.ts'
import type { Classifier } from './classifier.ts'
import type { GradientSync, StepSums } from './gradient-sync.ts'
import { clipScale, type AdamW } from './optimizer.ts'
import type { ParameterArena } from './parameters.ts'
import { learningRateAt } from './schedule.ts'

/** This rank's batches of one optimizer step. */
export interface TrainStep {
  epoch: number
  /** One for each micro-step; an empty one (no examples) computes nothing. */
  microBatches: readonly Batch[]
}

export interface TrainOptions {
  classifier: Classifier
  arena: ParameterArena
  optimizer: AdamW
  sync: GradientSync
  config: Pick<RunConfig, 'seed' | 'learningRate' | 'warmupFraction' | 'maxGradNorm'>
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
  const { arena, optimizer, sync, config, totalSteps, rank } = options
  let step = options.startStep
  const clock = new PhaseClock()
  for await (const { epoch, microBatches } of options.steps) {
    if (await options.shouldStop()) return
    step++
    const dataMs = clock.lap()

    const local = await sumGradients(options, microBatches, step)
    const forwardBackwardMs = clock.lap()

    const global = await sync.reduce(arena.gradients, local, step)
    const allReduceMs = clock.lap()

    const globalLoss = global.lossSum / global.exampleCount
    // The gradients are sums: the mean is taken in the passes that read them anyway.
    const gradNorm = optimizer.gradNorm() / global.exampleCount
    if (!Number.isFinite(globalLoss) || !Number.isFinite(gradNorm)) throw notFinite(step, globalLoss, gradNorm)
    const learningRate = learningRateAt(step, totalSteps, config)
    optimizer.update({ learningRate, gradScale: clipScale(gradNorm, config.maxGradNorm) / global.exampleCount })
    const optimizerMs = clock.lap()

    yield {
      step,
      epoch,
      globalLoss,
      globalExampleCount: global.exampleCount,
      gradNorm,
      learningRate,
      local: {
        rank,
        localLoss: local.exampleCount === 0 ? 0 : local.lossSum / local.exampleCount,
        exampleCount: local.exampleCount,
        tokenCount: sumOver(microBatches, (batch) => batch.tokenCount),
        paddedTokenCount: sumOver(microBatches, (batch) => batch.rows * batch.length),
        stepMs: dataMs + forwardBackwardMs + allReduceMs + optimizerMs,
        phases: { dataMs, forwardBackwardMs, allReduceMs, optimizerMs },
      },
    }
    // What the consumer did meanwhile (evaluating, saving) is not part of the next step.
    clock.lap()
  }
}

/** Leaves the sums over all micro-batches in `arena.gradients`. */
async function sumGradients(
  { classifier, arena, config, rank }: TrainOptions,
  microBatches: readonly Batch[],
  step: number,
): Promise<StepSums> {
  const sums = { lossSum: 0, exampleCount: 0 }
  for (const [microStep, batch] of microBatches.entries()) {
    const { lossSum, exampleCount } = await classifier.gradients(batch, { seed: config.seed, rank, step, microStep })
    sums.lossSum += lossSum
    sums.exampleCount += exampleCount
    const isLast = microStep === microBatches.length - 1
    if (microStep > 0) arena.kernels.add(isLast ? arena.gradients : arena.accumulated, isLast ? arena.accumulated : arena.gradients)
    else if (!isLast) arena.accumulated.set(arena.gradients)
  }
  return sums
}

const sumOver = (batches: readonly Batch[], of: (batch: Batch) => number): number => batches.reduce((sum, batch) => sum + of(batch), 0)

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

function notFinite(step: number, loss: number, gradNorm: number): LabError {
  return new LabError({
    code: 'LOSS_NOT_FINITE',
    title: `Training diverged at step ${step}`,
    cause: `The loss was ${loss} and the gradient's norm ${gradNorm}, which are no longer numbers to learn from. The model was not changed by this step.`,
    suggestion: 'Lower the learning rate, lengthen the warm-up, and start again or resume from the last checkpoint.',
  })
}
