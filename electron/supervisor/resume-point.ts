/**
 * Where a run goes on: the newest checkpoint that is valid, and the history up to it. The history after it is forgotten,
 * because its steps will be made again. For a resume that a person asks for, and for a restart after a failure.
 */
import { configDigest } from '../checkpoint/state.ts'
import { loadNewestValid, type RejectedCheckpoint } from '../checkpoint/store.ts'
import { LabError } from '../../shared/contract/errors.ts'
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'
import type { RunRecord } from '../../shared/domain/run.ts'
import { truncateMetrics } from './metrics-file.ts'

export interface ResumePoint {
  /** Directory of the checkpoint; null: from the beginning. */
  resumeFrom: string | null
  step: number
  steps: StepMetrics[]
  epochs: EpochMetrics[]
  /** About checkpoints that were passed over. */
  notes: string[]
}

export const notResumable = (cause: string, suggestion: string): LabError =>
  new LabError({ code: 'RUN_NOT_RESUMABLE', title: 'The run cannot be resumed', cause, suggestion })

const rejectionNote = ({ name, reason, quarantinedAs }: RejectedCheckpoint): string =>
  `Checkpoint ${name} is damaged (${reason}) and was passed over; it is kept as ${quarantinedAs}.`

/**
 * Without any checkpoint: the beginning, where `fromBeginning` allows it, else the history stays as it is. Throws
 * RUN_NOT_RESUMABLE where the checkpoint is not this run's.
 */
export async function findResumePoint(runDirectory: string, record: RunRecord, fromBeginning = false): Promise<ResumePoint> {
  const { checkpoint, rejected } = await loadNewestValid(runDirectory)
  const notes = rejected.map(rejectionNote)
  if (checkpoint !== null && (checkpoint.state.configDigest !== configDigest(record.config) || checkpoint.state.runId !== record.id))
    throw notResumable(`Checkpoint ${checkpoint.name} belongs to another run or configuration.`, 'Start a new run.')
  const { step, epoch } = checkpoint?.state ?? { step: 0, epoch: 0 }
  if (checkpoint === null && !fromBeginning) return { resumeFrom: null, step, notes, steps: [], epochs: [] }
  return { resumeFrom: checkpoint?.directory ?? null, step, notes, ...(await truncateMetrics(runDirectory, { step, epoch })) }
}
