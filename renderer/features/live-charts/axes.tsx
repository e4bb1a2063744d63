/** What the charts share: the step axis with the ends of the epochs, the value axis, the grid, the tooltip. */
import type { ReactElement } from 'react'
import type { EpochMetrics } from '../../../shared/domain/metrics.ts'
import { niceTicks } from '../../../shared/domain/series.ts'
import type { Column } from './chart-panel.tsx'
import type { Row } from './chart-rows.ts'
import styles from './axes.module.css'

export const margin = { top: 8, right: 14, bottom: 14, left: 0 }
const tick = { fontSize: 11, fill: 'var(--ink-3)' }
const line = { stroke: 'var(--hairline-strong)' }

/** Properties of the step axis, from 1 to the last step that is planned (or was done). */
export function stepAxis(lastStep: number, width: number) {
  const end = Math.max(2, lastStep)
  const { values } = niceTicks(0, end, Math.max(2, Math.floor(width / 90)), true)
  const ticks = [1, ...values.filter((value) => value > 1 && value <= end)]
  return {
    dataKey: 'step',
    type: 'number',
    domain: [1, end],
    ticks,
    tick,
    tickLine: line,
    axisLine: line,
    height: 24,
    tickMargin: 3,
    label: { value: 'step', position: 'insideBottomRight', offset: -8, fontSize: 11, fill: 'var(--ink-3)' },
  } as const
}

/** Properties of the value axis, from zero to a round number above `highest`. */
export function valueAxis(highest: number, height: number) {
  const { values, decimals } = niceTicks(0, Math.max(highest, 1e-6), Math.max(2, Math.floor(height / 45)))
  return {
    domain: [0, values.at(-1)!],
    ticks: values,
    tickFormatter: (value: number) => value.toFixed(decimals),
    tick,
    tickLine: false,
    axisLine: false,
    width: 46,
    allowDataOverflow: true,
  } as const
}

export const grid = { vertical: false, stroke: 'var(--hairline)' } as const

/** The ends of the epochs, unless there are so many that they would hide the data. */
export const epochEnds = (epochs: readonly EpochMetrics[]): readonly EpochMetrics[] => (epochs.length <= 12 ? epochs : [])

export const epochLine = (epoch: EpochMetrics) =>
  ({
    x: epoch.step,
    stroke: 'var(--hairline-strong)',
    strokeDasharray: '2 3',
    label: { value: `epoch ${epoch.epoch + 1}`, position: 'insideTopRight', fontSize: 10, fill: 'var(--ink-3)' },
  }) as const

const valuesInColumn = 7

interface TipProps {
  active?: boolean
  payload?: readonly { payload?: Row }[]
  columns: Column[]
}

/** Where a tip stands: at the top of the chart, so that a long one is not cut off at the bottom. */
export const tipPlace = { y: 2 } as const

/** The values under the pointer; in columns where there are many ranks. */
export function Tip({ active, payload, columns }: TipProps): ReactElement | null {
  const row = payload?.[0]?.payload
  if (!active || !row) return null
  return (
    <div className={styles.tip}>
      <p>
        step {row.step}, epoch {row.epoch + 1}
      </p>
      <dl style={{ columnCount: Math.ceil(columns.length / valuesInColumn) }}>
        {columns
          .filter((column) => column.key !== 'step' && typeof row[column.key] === 'number')
          .map((column) => (
            <div key={column.key}>
              <dt>{column.label}</dt>
              <dd>{row[column.key]!.toFixed(column.digits)}</dd>
            </div>
          ))}
      </dl>
    </div>
  )
}
