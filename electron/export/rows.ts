/**
 * The rows on which an export is measured. Accuracy is worth something only on rows that the model has not learned, so it
 * is taken from the run's own validation split or not at all; without one, the starter headlines show whether the exported
 * files answer as the engine does.
 */
import { LabError } from '../../shared/contract/errors.ts'
import type { RunRecord } from '../../shared/domain/run.ts'
import { loadDataset } from '../data/dataset.ts'
import { splitDataset } from '../data/split.ts'
import type { Example } from '../data/types.ts'

export interface MeasuredRows {
  examples: Example[]
  /** Whether the labels are the model's classes and unseen in training. */
  isLabelled: boolean
  /** What these rows are, in words. */
  description: string
}

/** Measuring takes seconds for small models and minutes for large ones; this many rows are enough for an interval of ±2 points. */
const maxRows = 1000

/** `record`: of the run that trained the model, or null where that is not known. */
export async function rowsToMeasure(record: RunRecord | null, labels: readonly string[]): Promise<MeasuredRows> {
  const validation = record && (await validationRows(record, labels))
  if (typeof validation === 'object' && validation !== null) {
    const examples = everyNth(validation)
    const part = examples.length < validation.length ? `${examples.length} of the ${validation.length}` : `all ${examples.length}`
    return { examples, isLabelled: true, description: `${part} validation rows of the run` }
  }
  const { examples } = await loadDataset({ kind: 'starter' })
  const why = validation ?? 'no run says which rows the model has not seen'
  return {
    examples: everyNth(examples).map(({ text }) => ({ text, label: 0 })),
    isLabelled: false,
    description: `starter headlines, without accuracy: ${why}`,
  }
}

/** The rows, or why there are none. */
async function validationRows(record: RunRecord, labels: readonly string[]): Promise<Example[] | string> {
  const { config, dataset } = record
  try {
    const loaded = await loadDataset(config.data)
    if (loaded.card.digest !== dataset?.digest) return 'the data of the run has changed since'
    if (loaded.card.labels.join('\0') !== labels.join('\0')) return 'the model has other classes than the data of the run'
    return splitDataset(loaded, config.validationFraction, config.seed).validation
  } catch (error) {
    if (error instanceof LabError) return 'the data of the run is no longer where it was'
    throw error
  }
}

/** At most `maxRows`, evenly spread. */
function everyNth(rows: readonly Example[]): Example[] {
  if (rows.length <= maxRows) return [...rows]
  return Array.from({ length: maxRows }, (_, index) => rows[Math.floor((index * rows.length) / maxRows)]!)
}
