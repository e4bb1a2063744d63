/**
 * Turns what a run measured into the facts of its report. Pure: no files, no clock of its own but the default of
 * `now`, no rendering. Statistics are in summary.ts, what they do not prove in caveats.ts.
 */
import type { RunReport } from '../../shared/domain/report.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { caveatsOf } from './caveats.ts'
import { summarize } from './summary.ts'

export function collectRunReport(detail: RunDetail, now: Date = new Date()): RunReport {
  const { record, steps, epochs } = detail
  const summary = summarize(steps, epochs)
  return {
    format: 'distrinews-run-report',
    version: 1,
    id: `${record.id}-report`,
    generatedAt: now.toISOString(),
    provenance: record.imported === null ? 'measured' : 'imported',
    record,
    epochs,
    steps,
    summary,
    caveats: caveatsOf(record, summary),
  }
}
