/** Checks of the steps that are whole training runs: judged by what the lab recorded of them. */
import type { EpochMetrics, StepMetrics } from '../domain/metrics.ts'
import type { RankStatus, RunRecord } from '../domain/run.ts'
import { finalRunStates } from '../domain/run.ts'
import { figure, percent, type Verdict, verdict } from './check.ts'

/** A run, as far as it has come. */
export interface RecordedRun {
  record: RunRecord
  ranks: readonly RankStatus[]
  epochs: readonly EpochMetrics[]
  steps: readonly StepMetrics[]
}

/** Null while a run is still going on. */
export type RunVerdict = (runs: readonly RecordedRun[]) => Verdict | null

const isOver = ({ record }: RecordedRun): boolean => finalRunStates.includes(record.state)

/** What guessing would reach with four classes, and how far above it a model must be to have learned something. */
const chance = 0.25
const learned = 0.1

/** One rank, one epoch: learned something that it did not train on, and saved it. */
export const learnedAndSaved: RunVerdict = ([run]) => {
  const epoch = run?.epochs.at(-1)
  if (!run || !isOver(run)) return null
  if (!epoch) return verdict(false, `The run ended as “${run.record.state}”, before its first epoch was over.`)
  const fall = (run.steps[0]?.globalLoss ?? 0) - (run.steps.at(-1)?.globalLoss ?? 0)
  const words = `Validation accuracy ${percent(epoch.validationAccuracy)} on ${epoch.validationCount} rows that were not trained on; chance is ${percent(chance)}. The training loss fell by ${figure(fall)}.`
  if (epoch.validationAccuracy < chance + learned) return verdict(false, `${words} At least ${percent(chance + learned)} is asked for.`)
  return verdict(epoch.checkpoint !== null, `${words} Saved as ${epoch.checkpoint ?? 'nothing'}.`)
}

/** Several ranks, and yet one checkpoint and one line for each epoch. */
export const savedOnce: RunVerdict = ([run]) => {
  if (!run || !isOver(run)) return null
  const { worldSize } = run.record.config
  const saved = run.epochs.flatMap(({ checkpoint }) => checkpoint ?? [])
  const counted = run.epochs.at(-1)?.validationCount ?? 0
  const trained = new Set(run.steps.flatMap(({ ranks }) => ranks.map(({ rank }) => rank))).size
  if (trained < worldSize) return verdict(false, `Only ${trained} of ${worldSize} ranks took part.`)
  return verdict(
    run.record.state === 'done' && saved.length === run.epochs.length && new Set(saved).size === saved.length,
    `${trained} ranks trained, ${saved.length} ${saved.length === 1 ? 'checkpoint was' : 'checkpoints were'} written (${saved.join(', ') || 'none'}), and validation counted ${counted} rows, each once.`,
  )
}

/** A rank was killed; the first cause was named, and the run went on from a checkpoint to its end. */
export const survivedAKill: RunVerdict = ([run]) => {
  if (!run || !isOver(run)) return null
  const [incident] = run.record.incidents
  if (!incident || incident.resumedFromStep === null)
    return verdict(false, 'Nothing failed in this run and went on: the rank was not killed in time. Run it again.')
  const { resumedFromStep } = incident
  const again = incident.step - resumedFromStep
  const words = `Rank ${incident.rank} was named as the first cause at step ${incident.step}. ${incident.worldSize} ranks went on from the checkpoint of step ${resumedFromStep}: ${again} steps were done again.`
  return verdict(run.record.state === 'done' && resumedFromStep > 0, `${words} The run ended as “${run.record.state}”.`)
}
