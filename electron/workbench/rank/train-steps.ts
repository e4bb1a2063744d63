/** The engine's own training loop, driven over a fixed number of steps. */
import type { Batch } from '../../data/types.ts'
import type { GradientSync } from '../../engine/gradient-sync.ts'
import { type StepResult, train } from '../../engine/loop.ts'
import type { Model } from './model.ts'

export interface TrainStepsOptions {
  rank: number
  sync: GradientSync
  steps: number
  /** Constant. */
  learningRate: number
  seed?: number
  startStep?: number
  /** This rank's micro-batches of step 0, 1, … */
  batches: (index: number) => readonly Batch[] | Promise<readonly Batch[]>
}

export async function* trainSteps(model: Model, options: TrainStepsOptions): AsyncGenerator<StepResult, void> {
  const { steps, batches, learningRate, seed = 42, startStep = 0 } = options
  async function* trainSteps() {
    for (let index = 0; index < steps; index++) yield { epoch: 0, microBatches: await batches(index) }
  }
  yield* train({
    ...model,
    rank: options.rank,
    sync: options.sync,
    config: { seed, maxGradNorm: 1, learningRate, warmupFraction: 0, schedule: 'constant' },
    steps: trainSteps(),
    startStep,
    totalSteps: startStep + steps,
    shouldStop: () => false,
  })
}

/** All of them, as a list. */
export async function collectSteps(model: Model, options: TrainStepsOptions): Promise<StepResult[]> {
  const results: StepResult[] = []
  for await (const result of trainSteps(model, options)) results.push(result)
  return results
}
