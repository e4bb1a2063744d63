/** What is compared as rows for a spreadsheet: one for each step and validation of each run, as measured, neither smoothed nor thinned. Pure. */
import { timeOfDay } from '../../../shared/domain/run-curves.ts'
import { toCsv } from '../../../shared/domain/csv-text.ts'
import type { CsvCell } from '../../../shared/domain/csv-text.ts'
import type { BoardRun } from './board.tsx'
import { positions } from './curves.ts'

const measured = ['loss', 'gradNorm', 'learningRate', 'samplesPerSec', 'stepMs'] as const
const validated = ['validationLoss', 'validationAccuracy'] as const

export function valuesCsv(runs: readonly BoardRun[]): string {
  const header = ['run', 'id', 'provenance', 'step', 'epoch', 'samples', 'seconds', 'time', ...measured, ...validated]
  return toCsv([header, ...runs.flatMap(rowsOf)])
}

/** In order of time. */
function rowsOf({ title, id, curves }: BoardRun): CsvCell[][] {
  const { record, steps, validations } = curves
  const [epochs, samples] = [positions(curves, 'epoch'), positions(curves, 'samples')]
  const row = (step: number, epoch: number, seen: number, elapsedMs: number, values: readonly CsvCell[]): CsvCell[] => [
    title,
    id,
    record.imported ? 'imported' : 'measured',
    step,
    epoch,
    seen,
    elapsedMs / 1000,
    new Date(timeOfDay(record, elapsedMs)).toISOString(),
    ...values,
  ]
  const empty = (columns: readonly unknown[]): null[] => columns.map(() => null)
  const ofSteps = steps.step.map((step, index) =>
    row(step, epochs.steps[index]!, samples.steps[index]!, steps.elapsedMs[index]!, [
      ...measured.map((name) => steps[name][index]!),
      ...empty(validated),
    ]),
  )
  const ofValidations = validations.step.map((step, index) =>
    row(step, epochs.validations[index]!, samples.validations[index]!, validations.elapsedMs[index]!, [
      ...empty(measured),
      ...validated.map((name) => validations[name][index]!),
    ]),
  )
  return [...ofSteps, ...ofValidations].sort((a, b) => Number(a[3]) - Number(b[3]))
}
