/**
 * Curves of several runs in one chart, drawn on a canvas by uPlot: a line for each run, behind it what was smoothed and the
 * band of its ranks. Crosshair and zoom are the screen's, so that all charts move together.
 */
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Point } from '../../../shared/domain/series.ts'
import { thin, thinBand } from './curves.ts'
import type { AxisName, Curve, Range } from './curves.ts'
import styles from './compare.module.css'

export interface RunCurve {
  id: string
  title: string
  /** A CSS variable's name. */
  color: string
  dash: string | undefined
  curve: Curve
}

interface CurveChartProps {
  label: string
  runs: RunCurve[]
  axis: AxisName
  isLog: boolean
  isSmoothed: boolean
  hasBands: boolean
  digits: number
  /** What is shown, the same in all charts. */
  range: Range
  pin: number | null
  onRange: (range: Range | null) => void
  onHover: (x: number | null) => void
  onPin: (x: number | null) => void
}

const pixelsPerColumn = 2
const syncKey = 'compare'

export function CurveChart(props: CurveChartProps) {
  const { ref, width, height } = useElementSize<HTMLDivElement>()
  const holder = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const latest = useRef(props)
  const { runs, axis, isLog, isSmoothed, hasBands, digits, range, pin } = props

  useEffect(() => {
    latest.current = props
  })

  // Another set of lines is another chart; their points come below.
  const shape = runs.map(({ id, color, dash }) => `${id} ${color} ${dash}`).join()
  // A canvas has no CSS variables: light and dark are other colours to it.
  const scheme = useComputedColorScheme()
  useEffect(() => {
    if (width === 0 || height === 0 || !holder.current) return
    const made = new uPlot(optionsFor(latest, { width, height }), [[]], holder.current)
    chart.current = made
    return () => {
      made.destroy()
      chart.current = null
    }
  }, [shape, axis, isLog, isSmoothed, hasBands, digits, scheme, width, height])

  useEffect(() => {
    chart.current?.setData(dataFor(latest.current, Math.max(50, Math.floor(width / pixelsPerColumn))), true)
  }, [runs, shape, axis, isLog, isSmoothed, hasBands, digits, scheme, range, width, height])

  useEffect(() => chart.current?.redraw(false), [pin])

  const move = (event: React.KeyboardEvent): void => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
    const points = runs[0]?.curve.raw ?? []
    if (event.key === 'Escape') props.onPin(null)
    if (step === 0 || points.length === 0) return
    event.preventDefault()
    const at = pin === null ? -1 : points.findIndex(({ x }) => x >= pin)
    const jump = event.shiftKey ? 10 : 1
    const next = Math.min(points.length - 1, Math.max(0, (at < 0 ? points.length - 1 : at) + step * jump))
    props.onPin(points[next]!.x)
  }

  return (
    <div
      ref={ref}
      className={styles.plot}
      role="application"
      tabIndex={0}
      aria-label={`${props.label}. Left and right arrows move the pin, Escape takes it away; the values stand in the table below.`}
      onKeyDown={move}
    >
      <div ref={holder} className={styles.canvas} />
    </div>
  )
}

function optionsFor(latest: { current: CurveChartProps }, { width, height }: { width: number; height: number }): uPlot.Options {
  const { runs, axis, isLog, isSmoothed, hasBands, digits } = latest.current
  const style = getComputedStyle(document.documentElement)
  const color = (name: string): string => style.getPropertyValue(name).trim()
  const font = `11px ${style.getPropertyValue('--mantine-font-family')}`
  const axisLook = { stroke: color('--ink-3'), font, grid: { stroke: color('--hairline'), width: 1 }, ticks: { show: false } }
  const series: uPlot.Series[] = [{}]
  const bands: uPlot.Band[] = []
  for (const run of runs) {
    const line = color(run.color)
    if (hasBands) {
      bands.push({ series: [series.length + 1, series.length], fill: `${line}26` })
      series.push({ ...quiet, stroke: 'transparent' }, { ...quiet, stroke: 'transparent' })
    }
    if (isSmoothed) series.push({ ...quiet, stroke: `${line}59`, width: 1 })
    series.push({
      ...quiet,
      stroke: line,
      width: 1.75,
      ...(run.dash === undefined ? {} : { dash: run.dash.split(' ').map(Number) }),
      points: { show: run.curve.raw.length < 60, size: 5, fill: line },
    })
  }
  return {
    width,
    height,
    series,
    bands,
    legend: { show: false },
    scales: {
      x: { time: axis === 'wall', range: () => [latest.current.range.from, latest.current.range.to] },
      // By itself, a logarithmic axis would reach to the next powers of ten.
      y: isLog ? { distr: 3, range: (_, low, high) => [0.9 * low, 1.1 * high] } : {},
    },
    padding: [12, 16, 0, 0],
    axes: [
      { ...axisLook, space: 70, size: 28 },
      { ...axisLook, size: 56, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : tickText(tick, digits))) },
    ],
    cursor: {
      sync: { key: syncKey },
      drag: { x: true, y: false, setScale: false },
      points: { show: false },
      bind: {
        dblclick: () => () => {
          latest.current.onRange(null)
          return null
        },
      },
    },
    hooks: {
      setSelect: [
        (chart) => {
          if (chart.select.width < 4) return
          const { left, width: selected } = chart.select
          latest.current.onRange({ from: chart.posToVal(left, 'x'), to: chart.posToVal(left + selected, 'x') })
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
      setCursor: [
        (chart) => {
          const { left, event } = chart.cursor
          // Only the chart under the pointer speaks; the others follow it.
          if (event !== null && event !== undefined)
            latest.current.onHover(left === undefined || left < 0 ? null : chart.posToVal(left, 'x'))
        },
      ],
      ready: [
        (chart) => {
          let downAt = 0
          chart.over.addEventListener('mousedown', (event) => (downAt = event.clientX))
          chart.over.addEventListener('click', (event) => {
            if (Math.abs(event.clientX - downAt) > 3) return
            latest.current.onPin(chart.posToVal(event.clientX - chart.over.getBoundingClientRect().left, 'x'))
          })
        },
      ],
      draw: [(chart) => drawPin(chart, latest.current.pin, color('--accent'))],
    },
  }
}

const quiet = { spanGaps: true, points: { show: false }, pxAlign: 0 } satisfies uPlot.Series

/** No more digits than tell ticks apart: 0.25, 1,200, 5e-4. */
function tickText(tick: number, digits: number): string {
  if (tick !== 0 && Math.abs(tick) < 1e-3) return tick.toExponential(0)
  return tick.toLocaleString('en', { maximumFractionDigits: Math.min(digits, 4) })
}

function drawPin(chart: uPlot, pin: number | null, color: string): void {
  if (pin === null) return
  const x = Math.round(chart.valToPos(pin, 'x', true))
  const { left, top, width, height } = chart.bbox
  if (x < left || x > left + width) return
  const { ctx } = chart
  ctx.save()
  ctx.strokeStyle = color
  ctx.lineWidth = devicePixelRatio * 1.5
  ctx.setLineDash([])
  ctx.beginPath()
  ctx.moveTo(x, top)
  ctx.lineTo(x, top + height)
  ctx.stroke()
  ctx.restore()
}

/** All lines on one x, as uPlot wants them: thinned first, so that joining costs little. */
function dataFor({ runs, isLog, isSmoothed, hasBands, range }: CurveChartProps, columns: number): uPlot.AlignedData {
  const tables: uPlot.AlignedData[] = []
  const add = (points: readonly Point[]): void => {
    const shown = points.filter(({ y }) => Number.isFinite(y) && (!isLog || y > 0))
    tables.push([shown.map(({ x }) => x), shown.map(({ y }) => y)])
  }
  for (const { curve } of runs) {
    if (hasBands) {
      const band = thinBand(curve.band, range, columns)
      add(band.map(({ x, low }) => ({ x, y: low })))
      add(band.map(({ x, high }) => ({ x, y: high })))
    }
    if (isSmoothed) add(thin(curve.raw, range, columns))
    add(thin(curve.smooth, range, columns))
  }
  return tables.length === 0 ? [[]] : (uPlot.join(tables) as uPlot.AlignedData)
}
