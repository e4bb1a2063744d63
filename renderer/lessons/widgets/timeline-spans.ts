/** The ranks' spans as something to draw: pure. */
import type { ProgramResult } from '../../../shared/domain/workbench.ts'
import { probesOf } from '../evidence.ts'

export type SpanName = 'data' | 'forwardBackward' | 'reduce' | 'optimizer'

export interface Span {
  rank: number
  step: number
  name: SpanName
  startMs: number
  endMs: number
}

export const spanWords: Record<SpanName, string> = {
  data: 'data',
  forwardBackward: 'forward + backward',
  reduce: 'all-reduce, exposed',
  optimizer: 'optimizer',
}

/** Times count from the first span. */
export function spansOf(result: ProgramResult<'timeline'>): Span[] {
  const spans = probesOf(result).flatMap((probe, rank) =>
    (probe?.steps ?? []).flatMap(({ step, spans: own }) => own.map(({ name, startMs, endMs }) => ({ rank, step, name, startMs, endMs }))),
  )
  const start = Math.min(...spans.map(({ startMs }) => startMs))
  return spans.map((span) => ({ ...span, startMs: span.startMs - start, endMs: span.endMs - start }))
}

/** Exposed communication of each rank, as a share of its steps' time. */
export function exposedShares(spans: readonly Span[], worldSize: number): number[] {
  return Array.from({ length: worldSize }, (_, rank) => {
    const own = spans.filter((span) => span.rank === rank)
    const total = own.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
    const exposed = own.filter(({ name }) => name === 'reduce').reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
    return total === 0 ? 0 : exposed / total
  })
}

/** The part that is looked at. */
export interface View {
  fromMs: number
  toMs: number
}

/** A view that stays within 0 … `end` and is at least a hundredth of it wide. */
export function limited({ fromMs, toMs }: View, end: number): View {
  const width = Math.min(end, Math.max(end / 100, toMs - fromMs))
  const from = Math.max(0, Math.min(end - width, fromMs))
  return { fromMs: from, toMs: from + width }
}

export const zoomed = ({ fromMs, toMs }: View, factor: number, at = 0.5): View => {
  const width = (toMs - fromMs) / factor
  const centre = fromMs + (toMs - fromMs) * at
  return { fromMs: centre - width * at, toMs: centre + width * (1 - at) }
}
