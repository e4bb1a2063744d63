/**
 * The timeline of the ranks in Chrome's trace format, which Perfetto and chrome://tracing open: complete events ('X'),
 * microseconds, one process for each rank, with its collectives in a row of their own.
 */
import type { ProgramResult } from '../domain/workbench.ts'

interface TraceEvent {
  name: string
  ph: 'X' | 'M'
  pid: number
  tid: number
  /** Microseconds. */
  ts?: number
  dur?: number
  args: Record<string, string | number>
}

const stepRow = 0
const collectiveRow = 1
const microseconds = (ms: number): number => Math.round(1000 * ms)

export function chromeTrace({ ranks }: ProgramResult<'timeline'>): { traceEvents: TraceEvent[]; displayTimeUnit: 'ms' } {
  const traceEvents = ranks.flatMap(({ rank, probe, collectives }): TraceEvent[] => {
    const span = (name: string, tid: number, startMs: number, endMs: number, args: TraceEvent['args']): TraceEvent => {
      const ts = microseconds(startMs)
      return { name, ph: 'X', pid: rank, tid, ts, dur: microseconds(endMs) - ts, args }
    }
    const named = (kind: 'process_name' | 'thread_name', tid: number, name: string): TraceEvent => ({
      name: kind,
      ph: 'M',
      pid: rank,
      tid,
      args: { name },
    })
    return [
      named('process_name', stepRow, `rank ${rank}`),
      named('thread_name', stepRow, 'steps'),
      named('thread_name', collectiveRow, 'collectives'),
      ...probe.steps.flatMap(({ step, spans }) => spans.map(({ name, startMs, endMs }) => span(name, stepRow, startMs, endMs, { step }))),
      ...collectives.map(({ kind, step, bucket, bytes, startMs, endMs }) =>
        span(kind, collectiveRow, startMs, endMs ?? startMs, { step, bucket, bytes }),
      ),
    ]
  })
  return { traceEvents, displayTimeUnit: 'ms' }
}
