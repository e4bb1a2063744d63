/** How long a benchmark will take, before it has begun: from what the machine was last measured to do, or from a guess that says so. Pure. */
import type { Plan } from '../domain/benchmark.ts'
import { modelPresets } from '../domain/model-config.ts'
import { globalBatch, type RunConfig } from '../domain/run-config.ts'
import { trainingFlops } from './flops.ts'
import { targetOf } from './time-to-accuracy.ts'

/** What the same model on the same kind of device was seen to do, all ranks together. */
export interface KnownRate {
  samplesPerSec: number
  /** Where it was measured, in words: 'the run “Two ranks”'. */
  from: string
}

/** To start ranks, tokenize, evaluate and save, for each repetition: measured with the starter headlines and the smallest model. */
const startMs = 3500
/** What a core of an ordinary machine computes of this work a second, where nothing has been measured. */
const guessedFlopsPerCore = 15e9
const guessedTokens = 32
/** What timing the forward pass after the last step costs, in steps: six batches, each forward, forward and whole. */
const forwardTimedSteps = 10

export function predictedDuration(plan: Plan, cores: number, known: KnownRate | null): { predictedMs: number; basis: string } {
  const isAtMost = targetOf(plan) !== null
  const trainMs = plan.arms.reduce((sum, { config }) => {
    const steps = (config.maxSteps ?? plan.warmupSteps + plan.measuredSteps) + forwardTimedSteps
    const samplesPerSec = known?.samplesPerSec ?? guessedRate(config, cores)
    return sum + ((steps * globalBatch(config)) / samplesPerSec) * 1000
  }, 0)
  const perRepetition = trainMs + plan.arms.length * startMs
  return {
    predictedMs: plan.repetitions * perRepetition + inferenceMs(plan),
    basis: `${isAtMost ? 'Less where the target is reached before the limit. ' : ''}${
      known
        ? `From ${known.from}: ${Math.round(known.samplesPerSec)} samples/s, and ${startMs / 1000} s to start each repetition.`
        : `This model has not been trained here yet: ${guessedFlopsPerCore / 1e9} GFLOP/s for each of ${cores} cores is a guess.`
    }`,
  }
}

/** The loads on the served model, the open one too. */
export const inferenceMs = ({ inference }: Pick<Plan, 'inference'>): number =>
  inference === null ? 0 : startMs + (inference.clients.length + 1) * inference.repetitions * inference.turnMs

function guessedRate({ model, maxLength }: RunConfig, cores: number): number {
  const shape = { ...modelPresets[model], labels: [] }
  return (guessedFlopsPerCore * cores) / trainingFlops(shape, 1, Math.min(guessedTokens, maxLength))
}
