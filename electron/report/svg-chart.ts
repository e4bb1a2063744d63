/**
 * A line chart as one SVG element: axes with round ticks and units, lines, dots with whiskers, reference lines. Knows
 * numbers and words, nothing of runs. Looks come from classes that the page's style sheet defines (html-style.ts);
 * what tells two lines apart is never colour alone.
 */
import { downsample, type Point } from '../../shared/domain/series.ts'
import { html, type Markup } from './escape.ts'
import { scaleOf, type Axis, type Scale } from './svg-scale.ts'

export interface Line {
  label: string
  points: readonly Point[]
  /** Class of the style sheet that gives the colour, e.g. 'rank-0'. */
  look: string
  dash?: string
  /** Line width in pixels. */
  width?: number
  /** Draws each point as a dot, too. */
  dots?: boolean
  /** Where each point's interval ends, in the order of `points`. */
  whiskers?: readonly (readonly [number, number])[]
}

/** A thin line across, with a word: a chance level, the end of an epoch. */
export interface Mark {
  axis: 'x' | 'y'
  at: number
  label: string
}

export interface LineChart {
  /** Unique in the page. */
  id: string
  title: string
  /** What a person who cannot see the chart should know. */
  description: string
  width: number
  height: number
  x: Axis
  y: Axis
  /** The first is drawn first, the last on top. */
  lines: readonly Line[]
  marks?: readonly Mark[]
}

interface Frame {
  left: number
  right: number
  top: number
  bottom: number
}

const defaultLineWidth = 1.25
const pixel = (value: number): string => value.toFixed(1)

export function lineChart({ id, title, description, width, height, lines, ...chart }: LineChart): Markup {
  const frame: Frame = { left: 56, right: width - 16, top: 30, bottom: height - 44 }
  const { left, right, top, bottom } = frame
  const along = lines.flatMap((line) => line.points.map((point) => point.x))
  const up = lines.flatMap((line) => [...line.points.map((point) => point.y), ...(line.whiskers ?? []).flat()])
  const x = scaleOf(along, chart.x, left, right, 90, 'at data')
  const y = scaleOf(up, chart.y, bottom, top, 36, 'at ticks')

  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-desc">${description}</desc>
    ${y.ticks.map((tick) => html`<path class="grid" d="M${left} ${pixel(tick.at)}H${right}" />`)}
    ${(chart.marks ?? []).map((mark) => markOf(mark, mark.axis === 'x' ? x.at(mark.at) : y.at(mark.at), frame))}
    ${lines.map((line) => lineOf(line, x, y, Math.floor((right - left) / 2)))} ${lines.map((line) => dotsOf(line, x, y))}
    <path class="axis" d="M${left} ${bottom}H${right}" />
    ${x.ticks.map((tick) => html`<path class="axis" d="M${pixel(tick.at)} ${bottom}v4" />${text(tick.label, tick.at, bottom + 17, 'middle')}`)}
    ${y.ticks.map((tick) => text(tick.label, left - 8, tick.at + 4, 'end'))} ${text(chart.x.label, right, height - 6, 'end', 'unit')}
    ${text(chart.y.label, 0, 13, 'start', 'unit')}
    ${along.length === 0 ? text('nothing was recorded', (left + right) / 2, (top + bottom) / 2, 'middle') : null}
  </svg>`
}

/** A piece of writing in a drawing. */
export function text(content: string, x: number, y: number, anchor: 'start' | 'middle' | 'end', look = 'tick'): Markup {
  return html`<text class="${look}" x="${pixel(x)}" y="${pixel(y)}" text-anchor="${anchor}">${content}</text>`
}

const attributesOf = ({ look, width, dash }: Pick<Line, 'look' | 'width' | 'dash'>): Markup =>
  html`class="line ${look}" stroke-width="${width ?? defaultLineWidth}" stroke-dasharray="${dash || 'none'}"`

/** At most two points for every two pixels, the lowest and the highest. */
function lineOf(line: Line, x: Scale, y: Scale, columns: number): Markup | null {
  if (line.points.length < 2) return null
  const points = downsample(line.points, columns).map((point) => `${pixel(x.at(point.x))},${pixel(y.at(point.y))}`)
  return html`<polyline ${attributesOf(line)} points="${points.join(' ')}" />`
}

/** Dots where the line asks for them, or where a line of one point would be invisible. */
function dotsOf(line: Line, x: Scale, y: Scale): Markup[] {
  if (line.dots !== true && line.points.length !== 1) return []
  return line.points.flatMap((point, index) => {
    if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) return []
    const at = pixel(x.at(point.x))
    const [low, high] = (line.whiskers?.[index] ?? []).map((value) => pixel(y.at(value)))
    const whisker = low === undefined || high === undefined ? '' : `M${at} ${low}V${high}m-4 0h8M${at} ${low}m-4 0h8`
    return [
      html`<path class="line ${line.look}" d="${whisker}" /><circle
          class="dot ${line.look}"
          cx="${at}"
          cy="${pixel(y.at(point.y))}"
          r="3.2"
        />`,
    ]
  })
}

const markOf = (mark: Mark, at: number, { left, right, top, bottom }: Frame): Markup =>
  mark.axis === 'x'
    ? html`<path class="mark" d="M${pixel(at)} ${top}V${bottom}" />${text(mark.label, at - 4, top + 10, 'end', 'mark-label')}`
    : html`<path class="mark" d="M${left} ${pixel(at)}H${right}" />${text(mark.label, right - 2, at - 5, 'end', 'mark-label')}`

/** What each look means, with a stroke of it. Wraps by itself, so it is HTML and not a part of the drawing. */
export function legend(lines: readonly Pick<Line, 'label' | 'look' | 'dash' | 'width' | 'dots'>[]): Markup {
  return html`<ul class="legend">
    ${lines.map(
      (line) =>
        html`<li>
          <svg viewBox="0 0 28 10" width="28" height="10" aria-hidden="true">
            <path ${attributesOf(line)} d="M0 5H28" />
            ${line.dots ? html`<circle class="dot ${line.look}" cx="14" cy="5" r="3.2" />` : null}
          </svg>
          ${line.label}
        </li>`,
    )}
  </ul>`
}
