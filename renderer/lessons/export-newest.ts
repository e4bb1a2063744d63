/** The run of the two steps that are about an export: the newest trained model, into a folder of the lessons’ own. */
import type { ExportRun, TrainingRun } from './lesson.ts'
import { runNames } from './run-names.ts'

/** The run of the report. Three epochs, so that there is an accuracy to write down. */
export const reportRun = {
  kind: 'training',
  label: 'Train three epochs on two ranks',
  config: { name: runNames.report, model: 'tiny', worldSize: 2, epochs: 3 },
} as const satisfies TrainingRun

export const exportNewest: ExportRun = { kind: 'export', label: 'Export the newest model', otherwise: reportRun }
