/**
 * A run's steps as Chrome-trace JSON, which Perfetto (ui.perfetto.dev) and chrome://tracing open: one process for each
 * rank, one bar for each step, its phases below it; loss and learning rate as counters, evaluations on a line of their own.
 * Durations are measured. Where a step lies is when its report arrived, so it may be off by the milliseconds that took.
 */
import type { StepMetrics } from '../../shared/domain/metrics.ts'
import type { RunDetail } from '../../shared/domain/run.ts'

/** https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU (Trace Event Format). Times in microseconds. */
export type TraceEvent =
  | { ph: 'M'; name: 'process_name' | 'process_sort_index'; pid: number; tid: number; args: { name: string } | { sort_index: number } }
  | { ph: 'X'; name: string; cat: string; pid: number; tid: number; ts: number; dur: number; args?: Record<string, number> }
  | { ph: 'C'; name: string; pid: number; tid: number; ts: number; args: Record<string, number> }

const phases = [
  ['dataMs', 'data'],
  ['forwardBackwardMs', 'forward + backward'],
  ['allReduceMs', 'all-reduce'],
  ['optimizerMs', 'optimizer'],
] as const

const microseconds = (ms: number): number => Math.round(ms * 1000)

/** The pieces of the file: a run of many steps need not be one string. */
export function* chromeTraceChunks({ record, steps, epochs }: Pick<RunDetail, 'record' | 'steps' | 'epochs'>): Generator<Uint8Array> {
  const ranks = [...new Set(steps.flatMap((step) => step.ranks.map(({ rank }) => rank)))].sort((a, b) => a - b)
  const group = Math.max(-1, ...ranks) + 1
  const otherData = {
    run: record.id,
    began: record.createdAt,
    provenance: `durations ${record.imported === null ? 'measured' : 'imported'}, positions by arrival of the report`,
  }
  yield Buffer.from(`{"displayTimeUnit":"ms","otherData":${JSON.stringify(otherData)},"traceEvents":[\n`)
  yield* lines([...ranks.flatMap((rank) => nameProcess(rank, `rank ${rank}`)), ...nameProcess(group, 'group')])
  /** Where the last step of each rank ended, microseconds. */
  const ends = new Map<number, number>()
  for (const step of steps) {
    yield Buffer.from(',\n')
    yield* lines([...step.ranks.flatMap((rank) => rankEvents(step, rank, ends)), ...counters(step, group)])
  }
  for (const { epoch, elapsedMs, evaluateMs, validationAccuracy, validationLoss } of epochs) {
    const ts = microseconds(elapsedMs - evaluateMs)
    const args = { accuracy: validationAccuracy, loss: validationLoss }
    yield Buffer.from(',\n')
    const name = `evaluate epoch ${epoch + 1}`
    yield* lines([{ ph: 'X', name, cat: 'evaluation', pid: group, tid: 0, ts, dur: microseconds(evaluateMs), args }])
  }
  yield Buffer.from('\n]}\n')
}

function* lines(events: readonly TraceEvent[]): Generator<Uint8Array> {
  yield Buffer.from(events.map((event) => JSON.stringify(event)).join(',\n'))
}

const nameProcess = (pid: number, name: string): TraceEvent[] => [
  { ph: 'M', name: 'process_name', pid, tid: 0, args: { name } },
  { ph: 'M', name: 'process_sort_index', pid, tid: 0, args: { sort_index: pid } },
]

/** The step and, below it, its phases end to end in the order in which they begin. */
function rankEvents(step: StepMetrics, rank: StepMetrics['ranks'][number], ends: Map<number, number>): TraceEvent[] {
  const dur = microseconds(rank.stepMs)
  // Reports arrive unevenly: no step begins before the one before it ended.
  const ts = Math.max(ends.get(rank.rank) ?? 0, microseconds(step.elapsedMs) - dur)
  ends.set(rank.rank, ts + dur)
  const place = { pid: rank.rank, tid: 0 }
  const args = { loss: rank.localLoss, examples: rank.exampleCount, tokens: rank.tokenCount, paddedTokens: rank.paddedTokenCount }
  const events: TraceEvent[] = [{ ph: 'X', name: `step ${step.step}`, cat: 'step', ...place, ts, dur, args }]
  let at = 0
  for (const [phase, name] of phases) {
    const phaseDur = Math.min(microseconds(rank.phases[phase]), dur - at)
    if (phaseDur > 0) events.push({ ph: 'X', name, cat: 'phase', ...place, ts: ts + at, dur: phaseDur })
    at += Math.max(0, phaseDur)
  }
  return events
}

const counters = ({ elapsedMs, globalLoss, learningRate, samplesPerSec }: StepMetrics, pid: number): TraceEvent[] =>
  Object.entries({ loss: globalLoss, 'learning rate': learningRate, 'samples per second': samplesPerSec }).map(([name, value]) => ({
    ph: 'C',
    name,
    pid,
    tid: 0,
    ts: microseconds(elapsedMs),
    args: { [name]: value },
  }))
