/** How a failure that a run survives is told: in its record, and as a note where fewer ranks go on. Pure. */
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { globalBatch } from '../../shared/domain/run-config.ts'
import type { Incident, RunRecord } from '../../shared/domain/run.ts'
import type { RankFailure } from './failure.ts'

/** `record` still names the attempt that failed. `resumedFromStep` null: it waits to be resumed. */
export const incidentOf = (
  record: RunRecord,
  { rank, step }: RankFailure,
  error: LabErrorInfo,
  resumedFromStep: number | null,
  worldSize: number,
): Incident => ({ at: new Date().toISOString(), attempt: record.attempt, rank, step, error, resumedFromStep, worldSize })

/** The incidents of a run that somebody resumes from `step`. */
export const resumed = (incidents: readonly Incident[], step: number, worldSize: number): Incident[] =>
  incidents.map((incident) => (incident.resumedFromStep === null ? { ...incident, resumedFromStep: step, worldSize } : incident))

export function elasticNote({ config }: RunRecord, fromStep: number, before: number, after: number): string {
  const batch = (worldSize: number): number => globalBatch({ ...config, worldSize })
  return `Elastic: from step ${fromStep} on with ${after} of ${before} ranks. The global batch is ${batch(after)} instead of ${batch(before)}, so this is not the training that was planned, and not the same to the bit.`
}
