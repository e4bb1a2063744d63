/**
 * What can be drawn of a run over its steps, in columns: a hundredth of the objects and a fifth of the bytes of its steps, so
 * that runs of a hundred thousand steps fit beside each other. Nothing is left out or rounded but the ranks' own numbers, of
 * which the lowest and the highest stay.
 */
import { z } from 'zod'
import type { EpochMetrics, RankStep, StepMetrics } from './metrics.ts'
import { runRecordSchema, type RunDetail, type RunRecord } from './run.ts'

/** Of each optimizer step, oldest first. */
export const stepColumnNames = [
  'step',
  'epoch',
  'exampleCount',
  'elapsedMs',
  'loss',
  'gradNorm',
  'learningRate',
  'samplesPerSec',
  /** Of the slowest rank. */
  'stepMs',
  /** Of the ranks that had examples. */
  'lowestLoss',
  'highestLoss',
  'fastestMs',
] as const
export type StepColumn = (typeof stepColumnNames)[number]

/** Of each validation, oldest first: after an epoch, or in the middle of one. */
export const validationColumnNames = ['step', 'elapsedMs', 'validationLoss', 'validationAccuracy'] as const
export type ValidationColumn = (typeof validationColumnNames)[number]

const column = z.array(z.number())
export const runCurvesSchema = z.object({
  record: runRecordSchema,
  steps: z.record(z.enum(stepColumnNames), column),
  validations: z.record(z.enum(validationColumnNames), column),
})
export type RunCurves = z.infer<typeof runCurvesSchema>

/** The columns of a run. */
export function curvesOf({ record, steps, epochs }: Pick<RunDetail, 'record' | 'steps' | 'epochs'>): RunCurves {
  return { record, steps: stepColumns(steps), validations: validationColumns(steps, epochs) }
}

function stepColumns(steps: readonly StepMetrics[]): RunCurves['steps'] {
  const busy = steps.map(({ ranks }) => ranks.filter(({ exampleCount }) => exampleCount > 0))
  const localLoss = ({ localLoss: loss }: RankStep): number => loss
  return {
    step: steps.map(({ step }) => step),
    epoch: steps.map(({ epoch }) => epoch),
    exampleCount: steps.map(({ exampleCount }) => exampleCount),
    elapsedMs: steps.map(({ elapsedMs }) => elapsedMs),
    loss: steps.map(({ globalLoss }) => globalLoss),
    gradNorm: steps.map(({ gradNorm }) => gradNorm),
    learningRate: steps.map(({ learningRate }) => learningRate),
    samplesPerSec: steps.map(({ samplesPerSec }) => samplesPerSec),
    stepMs: steps.map(({ ranks }) => extreme(Math.max, ranks, ({ stepMs }) => stepMs, 0)),
    lowestLoss: steps.map(({ globalLoss }, index) => extreme(Math.min, busy[index]!, localLoss, globalLoss)),
    highestLoss: steps.map(({ globalLoss }, index) => extreme(Math.max, busy[index]!, localLoss, globalLoss)),
    fastestMs: steps.map(({ ranks }) => extreme(Math.min, ranks, ({ stepMs }) => stepMs, 0)),
  }
}

/** `none` where there is no rank to ask. */
const extreme = (
  of: (...values: number[]) => number,
  ranks: readonly RankStep[],
  value: (rank: RankStep) => number,
  none: number,
): number => (ranks.length === 0 ? none : of(...ranks.map(value)))

function validationColumns(steps: readonly StepMetrics[], epochs: readonly EpochMetrics[]): RunCurves['validations'] {
  const within = steps.flatMap(({ step, elapsedMs, validation }) =>
    validation ? [{ step, elapsedMs: elapsedMs + validation.evaluateMs, loss: validation.loss, accuracy: validation.accuracy }] : [],
  )
  const after = epochs.map(({ step, elapsedMs, validationLoss, validationAccuracy }) => ({
    step,
    elapsedMs,
    loss: validationLoss,
    accuracy: validationAccuracy,
  }))
  const all = [...within, ...after].sort((a, b) => a.step - b.step)
  return {
    step: all.map(({ step }) => step),
    elapsedMs: all.map(({ elapsedMs }) => elapsedMs),
    validationLoss: all.map(({ loss }) => loss),
    validationAccuracy: all.map(({ accuracy }) => accuracy),
  }
}

/** `newer` with what `older` knows of the time before: a window keeps only so many steps of a run that goes on. */
export function joinedCurves(older: RunCurves, newer: RunCurves): RunCurves {
  const first = newer.steps.step[0]
  if (first === undefined || (older.steps.step[0] ?? first) >= first) return newer
  return {
    record: newer.record,
    steps: joinedColumns(stepColumnNames, older.steps, newer.steps, first),
    validations: joinedColumns(validationColumnNames, older.validations, newer.validations, first),
  }
}

type Columns<Name extends string> = Record<Name | 'step', number[]>

/** Of `older` the rows before the step `first`. */
function joinedColumns<Name extends string>(
  names: readonly Name[],
  older: Columns<Name>,
  newer: Columns<Name>,
  first: number,
): Columns<Name> {
  const count = older.step.filter((step) => step < first).length
  return Object.fromEntries(names.map((name) => [name, [...older[name].slice(0, count), ...newer[name]]])) as Columns<Name>
}

/** The time of day, in milliseconds since 1970, at which the run's clock stood at `elapsedMs`. */
export function timeOfDay({ createdAt, resumes }: Pick<RunRecord, 'createdAt' | 'resumes'>, elapsedMs: number): number {
  const resume = resumes.findLast((candidate) => candidate.elapsedMs < elapsedMs)
  return resume ? Date.parse(resume.at) + elapsedMs - resume.elapsedMs : Date.parse(createdAt) + elapsedMs
}
