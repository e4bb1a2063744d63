/**
 * Experiment 11: a rank is killed, and the run goes on with the ranks that are left, from its last checkpoint. It takes a
 * whole run of the lab: here are the two configurations, when to kill, and the judgement of the finished run.
 */
import type { StepMetrics } from '../domain/metrics.ts'
import type { RunRecord } from '../domain/run.ts'
import { globalBatch, type RunConfigInput } from '../domain/run-config.ts'
import { figure, mean, unless, type Verdict } from './check.ts'

export interface EndedRun {
  record: RunRecord
  steps: readonly StepMetrics[]
}

export type ElasticArm = 'fixed' | 'broken'

/** Kill a rank when the run has come so far. */
export const killAtStep = 30
export const killedRank = 1

/** Broken: only the end of an epoch is saved, and a failure before it costs everything since the start. */
export const elasticConfig = (arm: ElasticArm): RunConfigInput => ({
  name: `Elastic restart, ${arm === 'fixed' ? 'a checkpoint every 10 steps' : 'a checkpoint after each epoch'}`,
  model: 'tiny',
  worldSize: 2,
  epochs: 1,
  microBatch: 32,
  maxLength: 32,
  elastic: true,
  maxRestarts: 2,
  ...(arm === 'fixed' ? { checkpointEverySteps: 10 } : {}),
})

export interface ElasticFacts {
  failedAtStep: number
  resumedFromStep: number
  ranksBefore: number
  ranksAfter: number
  /** Rows that were computed a second time. */
  repeatedSamples: number
  /** Mean losses of the last steps before the checkpoint, and of the first ones after it; null where there are none. */
  lossBefore: number | null
  lossAfter: number | null
}

const window = 8

/** Null where the run did not fail and go on. */
export function elasticFacts({ record, steps }: EndedRun): ElasticFacts | null {
  const [incident] = record.incidents
  if (!incident || incident.resumedFromStep === null) return null
  const { step: failedAtStep, resumedFromStep, worldSize: ranksAfter } = incident
  const lossOf = (from: number, to: number): number | null => {
    const losses = steps.filter(({ step }) => step > from && step <= to).map(({ globalLoss }) => globalLoss)
    return losses.length === 0 ? null : mean(losses)
  }
  return {
    failedAtStep,
    resumedFromStep,
    ranksBefore: record.config.worldSize,
    ranksAfter,
    repeatedSamples: (failedAtStep - resumedFromStep) * globalBatch(record.config),
    lossBefore: lossOf(resumedFromStep - window, resumedFromStep),
    lossAfter: lossOf(resumedFromStep, resumedFromStep + window),
  }
}

/** A checkpoint every ten steps, and those that were made while the news travelled. */
const mostRepeatedSteps = 15
/** The loss of a few batches of 64 wobbles by about as much. */
const mostLossJump = 0.5

export function elasticRestart(run: EndedRun): Verdict {
  const facts = elasticFacts(run)
  if (facts === null) return unless(['No rank failed: kill one while the run trains.'], '')
  const { failedAtStep, resumedFromStep, ranksBefore, ranksAfter, repeatedSamples, lossBefore, lossAfter } = facts
  const story = `Rank ${run.record.incidents[0]!.rank} failed after step ${failedAtStep}; ${ranksAfter} of ${ranksBefore} ranks went on from step ${resumedFromStep} and computed ${repeatedSamples} rows again`
  return unless(
    [
      run.record.state !== 'done' && `The run is not done: ${run.record.state}.`,
      failedAtStep - resumedFromStep > mostRepeatedSteps &&
        `${story}: the last checkpoint was ${failedAtStep - resumedFromStep} steps old.`,
      lossBefore !== null &&
        lossAfter !== null &&
        lossAfter - lossBefore > mostLossJump &&
        `${story}, but the loss jumped from ${figure(lossBefore)} to ${figure(lossAfter)}: the optimizer's state was not restored.`,
    ],
    `${story}. The loss went on: ${lossBefore === null ? 'it began' : figure(lossBefore)} before, ${lossAfter === null ? 'no step' : figure(lossAfter)} after.`,
  )
}
