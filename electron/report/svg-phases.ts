/**
 * Where a step's time goes, as one SVG element: a bar for each rank (or arm of a benchmark), its phases one after the other as
 * they follow in a step. The colours are told apart by order and by labels too; the exact figures stand in the table beside it.
 */
import { html, type Markup } from './escape.ts'
import { formatMs } from './format.ts'
import { phaseLabels } from './results.ts'
import { type PhaseName } from './summary.ts'
import { text } from './svg-chart.ts'
import { scaleOf } from './svg-scale.ts'

const rowHeight = 32
const barHeight = 22
/** Idle time, outside all phases, is drawn from this share of a step on. */
const otherFrom = 0.005
/** Narrower segments carry no label. */
const labelFrom = 58

/** One bar. */
export interface Timing {
  /** 'rank 0'. */
  label: string
  stepMs: number | null
  phases: Record<PhaseName, number | null>
  /** The part of forward and backward that was the forward pass; null where it was not timed by itself. */
  forwardMs: number | null
}

interface Part {
  look: string
  label: string
  ms: number | null
}

interface Segment {
  look: string
  fromMs: number
  toMs: number
}

export function phaseChart(id: string, title: string, timings: readonly Timing[], width: number): Markup {
  const left = Math.max(56, 16 + 6.5 * Math.max(...timings.map(({ label }) => label.length), 0))
  const right = width - 16
  const bottom = timings.length * rowHeight + 6
  const height = bottom + 44
  const bars = timings.map(segmentsOf)
  const ends = bars.flatMap((bar) => bar.map((segment) => segment.toMs))
  const x = scaleOf(ends, { label: 'ms', includes: [0] }, left, right, 90, 'at data')
  const description = timings
    .map(
      (timing) =>
        `${timing.label}: step ${formatMs(timing.stepMs)}, of it ${partsOf(timing)
          .map(({ label, ms }) => `${label} ${formatMs(ms)}`)
          .join(', ')}.`,
    )
    .join(' ')

  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-desc">${description}</desc>
    ${x.ticks.map((tick) => html`<path class="grid" d="M${tick.at.toFixed(1)} 6V${bottom}" />${text(tick.label, tick.at, bottom + 17, 'middle')}`)}
    ${bars.map((bar, row) => {
      const top = 6 + row * rowHeight + (rowHeight - barHeight) / 2
      const label = text(timings[row]!.label, left - 8, top + 15, 'end', 'row-label')
      return html`${label} ${bar.map((segment) => segmentOf(segment, x.at(segment.fromMs), x.at(segment.toMs), top))}`
    })}
    <path class="axis" d="M${left} 6V${bottom}" />
    ${text('milliseconds since the step began', right, height - 6, 'end', 'unit')}
    ${ends.length === 0 ? text('no step was timed', (left + right) / 2, bottom / 2 + 6, 'middle') : null}
  </svg>`
}

/** In the order in which they happen; forward and backward apart where that is known. */
function partsOf({ phases, forwardMs }: Timing): Part[] {
  const { dataMs, forwardBackwardMs, allReduceMs, optimizerMs } = phases
  const part = (look: PhaseName, ms: number | null): Part => ({ look, label: phaseLabels[look], ms })
  const passes =
    forwardMs === null || forwardBackwardMs === null
      ? [part('forwardBackwardMs', forwardBackwardMs)]
      : [
          { look: 'forwardMs', label: 'forward', ms: forwardMs },
          { look: 'backwardMs', label: 'backward', ms: forwardBackwardMs - forwardMs },
        ]
  return [part('dataMs', dataMs), ...passes, part('allReduceMs', allReduceMs), part('optimizerMs', optimizerMs)]
}

/** Phases in the order in which they happen, then time outside all of them. */
function segmentsOf(timing: Timing): Segment[] {
  const segments: Segment[] = []
  let fromMs = 0
  for (const { look, ms } of partsOf(timing)) {
    const toMs = fromMs + (ms ?? 0)
    segments.push({ look, fromMs, toMs })
    fromMs = toMs
  }
  if (hasOther(timing)) segments.push({ look: 'other', fromMs, toMs: timing.stepMs ?? fromMs })
  return segments.filter((segment) => segment.toMs > segment.fromMs)
}

/** Whether a noticeable part of the step lies outside all phases. */
function hasOther(timing: Timing): boolean {
  const { stepMs } = timing
  const inPhases = partsOf(timing).reduce((sum, { ms }) => sum + (ms ?? 0), 0)
  return stepMs !== null && stepMs - inPhases > otherFrom * stepMs
}

function segmentOf({ look, fromMs, toMs }: Segment, from: number, to: number, top: number): Markup {
  const label = to - from < labelFrom ? null : text(formatMs(toMs - fromMs), (from + to) / 2, top + 15, 'middle', `phase-label ${look}`)
  return html`<rect
      class="phase ${look}"
      x="${from.toFixed(1)}"
      y="${top}"
      width="${(to - from).toFixed(1)}"
      height="${barHeight}"
    />${label}`
}

export function phaseLegend(timings: readonly Timing[]): Markup {
  const looks = new Map(timings.flatMap(partsOf).map(({ look, label }) => [look, label]))
  if (timings.some(hasOther)) looks.set('other', 'idle')
  return html`<ul class="legend">
    ${[...looks].map(
      ([look, label]) =>
        html`<li>
          <svg viewBox="0 0 14 10" width="14" height="10" aria-hidden="true"><rect class="phase ${look}" width="14" height="10" /></svg
          >${label}
        </li>`,
    )}
  </ul>`
}
