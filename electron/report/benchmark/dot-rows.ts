/** A row for each arm: a dot for each repetition, a line at their median, a bar for its 95 % interval, on an axis that begins at zero. */
import { html, type Markup } from '../escape.ts'
import { text } from '../svg-chart.ts'
import { scaleOf } from '../svg-scale.ts'

export const width = 720
const rowHeight = 38

export interface DotRow {
  label: string
  values: readonly number[]
  median: number | null
  /** An end that is null is beyond the drawing. */
  interval: readonly [number | null, number | null] | null
  /** What the dots do not show, in a few words. */
  remark: string | null
}

interface DotRows {
  /** Of the elements that name the chart: one in a document. */
  id: string
  title: string
  /** The same in sentences, for who cannot see it. */
  description: string
  axis: string
  unit: string
  rows: readonly DotRow[]
}

export function dotRows({ id, title, description, axis, unit, rows }: DotRows): Markup {
  const left = Math.max(70, 16 + 6.5 * Math.max(...rows.map(({ label }) => label.length), 0))
  const right = width - 16
  const bottom = rows.length * rowHeight + 6
  const x = scaleOf(
    rows.flatMap(({ values }) => values),
    { label: axis, includes: [0] },
    left,
    right,
    90,
    'at ticks',
  )
  return html`<svg class="chart" viewBox="0 0 ${width} ${bottom + 44}" role="img" aria-labelledby="${id}-title ${id}-desc">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-desc">${description}</desc>
    ${x.ticks.map((tick) => html`<path class="grid" d="M${tick.at.toFixed(1)} 6V${bottom}" />${text(tick.label, tick.at, bottom + 17, 'middle')}`)}
    ${rows.map(({ label, values, median, interval, remark }, row) => {
      const middle = 6 + (row + 0.5) * rowHeight
      const from = interval && x.at(interval[0] ?? 0)
      const to = interval && (interval[1] === null ? right : x.at(interval[1]))
      const bar =
        from === null || to === null || interval![0] === null
          ? null
          : html`<rect
              class="phase forwardBackwardMs"
              opacity="0.35"
              x="${from.toFixed(1)}"
              y="${middle - 9}"
              width="${Math.max(1, to - from).toFixed(1)}"
              height="18"
            />`
      const line =
        median === null ? null : html`<path class="line group" d="M${x.at(median).toFixed(1)} ${middle - 13}v26" stroke-width="2" />`
      return html`${text(label, left - 8, middle + 4, 'end', 'row-label')}${bar}${line}${values.map(
        (value) => html`<circle class="dot rank-${row % 8}" cx="${x.at(value).toFixed(1)}" cy="${middle}" r="3.2" />`,
      )}${remark === null ? null : text(remark, left + 8, middle + 4, 'start')}`
    })}
    <path class="axis" d="M${left} 6V${bottom}" />
    ${text(unit, right, bottom + 38, 'end', 'unit')}
  </svg>`
}
