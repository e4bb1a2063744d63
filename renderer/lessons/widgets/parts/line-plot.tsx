/** Lines over a common axis, drawn at the width there is. Few points only: all of them are drawn. */
import { useElementSize } from '@mantine/hooks'
import { useId } from 'react'
import { niceTicks } from '../../../../shared/domain/series.ts'
import { Legend, type Look } from './legend.tsx'
import { axisNumber } from './numbers.ts'
import styles from './plot.module.css'

export interface Series extends Look {
  points: readonly { x: number; y: number }[]
  /** Drawn stronger. */
  bold?: boolean
}

interface LinePlotProps {
  series: readonly Series[]
  xLabel: string
  yLabel: string
  height?: number
  /** Both axes by powers of ten. */
  logLog?: boolean
  /** Cuts off what is above. */
  yMax?: number
  /** The vertical axis begins at zero unless this is false. */
  fromZero?: boolean
  /** A level line with its name. */
  level?: { y: number; label: string }
  label: string
  /** Ticks of both axes are written by these. */
  xTick?: (value: number) => string
  yTick?: (value: number) => string
}

const margin = { top: 10, right: 22, bottom: 36, left: 64 }

export function LinePlot({
  series,
  xLabel,
  yLabel,
  height = 260,
  logLog = false,
  yMax,
  fromZero = true,
  level,
  label,
  xTick,
  yTick,
}: LinePlotProps) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  const clip = useId()
  const points = series
    .flatMap((line) => line.points)
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && (!logLog || (x > 0 && y > 0)))
  const xs = points.map(({ x }) => x)
  const ys = [...points.map(({ y }) => y), ...(level ? [level.y] : [])]
  const inner = { width: Math.max(0, width - margin.left - margin.right), height: height - margin.top - margin.bottom }
  const xAxis = within(axisOf(xs, inner.width / 90, logLog, false), xs, logLog)
  const whole = axisOf(yMax === undefined ? ys : ys.map((y) => Math.min(y, yMax)), inner.height / 44, logLog, !logLog && fromZero)
  const yAxis = yMax === undefined || logLog ? whole : within(whole, [0, Math.min(yMax, Math.max(...ys))], false)
  const xAt = (x: number): number => margin.left + xAxis.at(x) * inner.width
  const yAt = (y: number): number => margin.top + (1 - yAxis.at(y)) * inner.height
  const pathOf = (line: Series): string =>
    line.points
      .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
      .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${xAt(x).toFixed(1)} ${yAt(y).toFixed(1)}`)
      .join('')
  return (
    <div>
      <div ref={ref} className={styles.plot} style={{ height }} role="img" aria-label={label}>
        {width > 0 && points.length > 0 && (
          <svg width={width} height={height}>
            {yAxis.ticks.map((tick) => (
              <g key={tick}>
                <line x1={margin.left} x2={width - margin.right} y1={yAt(tick)} y2={yAt(tick)} className={styles.grid} />
                <text x={margin.left - 7} y={yAt(tick) + 4} textAnchor="end" className={styles.tick}>
                  {(yTick ?? axisNumber)(tick)}
                </text>
              </g>
            ))}
            {xAxis.ticks.map((tick) => (
              <text key={tick} x={xAt(tick)} y={height - margin.bottom + 16} textAnchor="middle" className={styles.tick}>
                {(xTick ?? axisNumber)(tick)}
              </text>
            ))}
            <text x={width - margin.right} y={height - 3} textAnchor="end" className={styles.label}>
              {xLabel}
            </text>
            <text transform={`translate(11 ${margin.top + inner.height / 2}) rotate(-90)`} textAnchor="middle" className={styles.label}>
              {yLabel}
            </text>
            {level && (
              <g>
                <line x1={margin.left} x2={width - margin.right} y1={yAt(level.y)} y2={yAt(level.y)} className={styles.level} />
                <text x={width - margin.right} y={yAt(level.y) - 4} textAnchor="end" className={styles.label}>
                  {level.label}
                </text>
              </g>
            )}
            <clipPath id={clip}>
              <rect x={margin.left - 5} y={margin.top - 5} width={inner.width + 10} height={inner.height + 10} />
            </clipPath>
            {series.map((line) => (
              <g key={line.label} clipPath={`url(#${clip})`}>
                {line.marks !== 'only' && (
                  <path
                    d={pathOf(line)}
                    fill="none"
                    stroke={line.color}
                    strokeWidth={line.bold ? 2.6 : 1.8}
                    strokeDasharray={line.dash}
                    strokeLinejoin="round"
                  />
                )}
                {line.marks !== undefined &&
                  line.points.map(({ x, y }, index) => (
                    <circle key={index} cx={xAt(x)} cy={yAt(y)} r="3.4" fill="var(--surface)" stroke={line.color} strokeWidth="1.8" />
                  ))}
              </g>
            ))}
          </svg>
        )}
      </div>
      <Legend looks={series} />
    </div>
  )
}

interface Axis {
  ticks: number[]
  /** 0 at the first tick, 1 at the last. */
  at: (value: number) => number
}

/** The axis cut to the data: a horizontal axis need not end at a round number. */
function within(axis: Axis, values: readonly number[], log: boolean): Axis {
  if (log) return axis
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const span = high - low || 1
  return { ticks: axis.ticks.filter((tick) => tick >= low && tick <= high), at: (value) => (value - low) / span }
}

function axisOf(values: readonly number[], count: number, log: boolean, fromZero: boolean): Axis {
  const low = Math.min(...values)
  const high = Math.max(...values)
  if (log) {
    const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high * 1.0001))]
    const ticks = Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
    return { ticks, at: (value) => (Math.log10(Math.max(value, 10 ** first)) - first) / Math.max(1, last - first) }
  }
  const whole = values.every(Number.isInteger)
  const { values: ticks } = niceTicks(fromZero ? Math.min(0, low) : low, high, Math.max(2, Math.floor(count)), whole)
  const [first, last] = [ticks[0]!, ticks.at(-1)!]
  return { ticks, at: (value) => (value - first) / (last - first) }
}
