/**
 * Curves of several runs in one chart, drawn on a canvas by uPlot: a line for each run, behind it what was smoothed and the
 * band of its ranks. Range and crosshair are the screen's, so that all charts move together; what is read off is `readout.ts`.
 */
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { memo, useEffect, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useCrosshair } from '../../state/crosshair.ts'
import { quantities, thin, thinBand } from './curves.ts'
import type { AxisName, Curve, QuantityName, Range } from './curves.ts'
import styles from './compare.module.css'
import { moveByKey } from './chart-keys.ts'
import { readoutIn } from './readout.ts'
import type { Readout } from './readout.ts'
import type { RunLook } from './run-look.ts'
import { strokesOf } from './strokes.ts'
import { ticksAlong, ticksUp } from './ticks.ts'
import type { Tick } from './ticks.ts'

export interface RunCurve extends RunLook {
  id: string
  title: string
  curve: Curve
}

interface CurveChartProps {
  label: string
  name: QuantityName
  runs: readonly RunCurve[]
  axis: AxisName
  isLog: boolean
  isSmoothed: boolean
  hasBands: boolean
  /** From the first to the last point of any curve. */
  extent: Range
  /** What is shown of it, the same in all charts. */
  range: Range
  onRange: (range: Range | null) => void
}

interface Made {
  chart: uPlot
  readout: Readout
}

const pixelsPerColumn = 2
/** Points that are so far from each other are drawn one by one. */
const sparsePixels = 8
const axisHeight = 28
const axisWidth = 58

export const CurveChart = memo(function CurveChart(props: CurveChartProps) {
  const { ref, width, height } = useElementSize<HTMLDivElement>()
  const holder = useRef<HTMLDivElement>(null)
  const made = useRef<Made | null>(null)
  const latest = useRef(props)
  const { name, runs, axis, isLog, isSmoothed, hasBands, range } = props

  useEffect(() => {
    latest.current = props
  })

  // Another set of lines is another chart; their points come below.
  const shape = runs.map(({ id, color, dash }) => `${id} ${color} ${dash}`).join()
  // A canvas has no CSS variables: light and dark are other colours to it.
  const scheme = useComputedColorScheme()
  const hasSize = width > 0 && height > 0
  useEffect(() => {
    if (!hasSize || !holder.current) return
    const fresh = make(latest, holder.current)
    made.current = fresh
    return () => {
      fresh.chart.destroy()
      made.current = null
    }
  }, [shape, name, axis, isLog, isSmoothed, hasBands, scheme, hasSize])

  useEffect(() => {
    if (!made.current) return
    const { chart } = made.current
    if (chart.width !== width || chart.height !== height) chart.setSize({ width, height })
    const columns = Math.max(50, Math.floor(chart.bbox.width / devicePixelRatio / pixelsPerColumn))
    const data = dataFor(latest.current, columns)
    stroke(chart, latest.current, data)
    chart.setData(data, true)
  }, [runs, shape, name, axis, isLog, isSmoothed, hasBands, scheme, range, width, height])

  useEffect(
    () =>
      useCrosshair.subscribe((now, before) => {
        if (!made.current) return
        if (now.pin !== before.pin) made.current.chart.redraw(false)
        if (now.at !== before.at || now.chart !== before.chart) follow(made.current, now.at, now.chart === name)
      }),
    [name],
  )

  const press = (event: KeyboardEvent): void => {
    const { pin, setPin, look } = useCrosshair.getState()
    const moved = moveByKey(event, pin, runs, range, props.extent)
    if (moved === null) return
    event.preventDefault()
    if (moved.range !== undefined) props.onRange(moved.range)
    if (moved.pin === undefined) return
    setPin(moved.pin)
    look(moved.pin, moved.pin === null ? null : name)
  }

  const isEmpty = runs.every(({ curve }) => curve.raw.x.length === 0)
  return (
    <div
      ref={ref}
      className={styles.plot}
      role="application"
      tabIndex={0}
      aria-label={`${props.label}. Left and right arrows move the pin, Escape takes it away; plus and minus zoom, zero shows all.`}
      onKeyDown={press}
      onBlur={() => useCrosshair.getState().look(null, null)}
    >
      <div ref={holder} className={styles.canvas} />
      {isEmpty && <p className={styles.nothing}>Nothing was measured yet.</p>}
    </div>
  )
})

/** A chart without data yet. */
function make(latest: { current: CurveChartProps }, holder: HTMLElement): Made {
  const { axis, isLog, name } = latest.current
  const style = getComputedStyle(document.documentElement)
  const color = (variable: string): string => style.getPropertyValue(variable).trim()
  const font = `11px ${style.getPropertyValue('--mantine-font-family')}`
  const axisLook = { stroke: color('--ink-3'), font, grid: { stroke: color('--hairline'), width: 1 }, ticks: { show: false } }
  const { digits } = quantities[name]
  const { look } = useCrosshair.getState()
  const { width, height } = holder.getBoundingClientRect()
  let readout: Readout | null = null
  const chart = new uPlot(
    {
      width,
      height,
      ...seriesOf(latest.current, color),
      legend: { show: false },
      scales: {
        x: { time: false, range: () => [latest.current.range.from, latest.current.range.to] },
        // By itself, a logarithmic axis would reach to the next powers of ten.
        y: isLog ? { distr: 3, range: (_, low, high) => logRange(low, high) } : {},
      },
      padding: [12, 26, 0, 0],
      axes: [
        {
          ...axisLook,
          ...marked((from, to, pixels) => ticksAlong(axis, { from, to }, Math.max(2, Math.floor(pixels / 70)))),
          size: axisHeight,
        },
        { ...axisLook, ...marked((low, high, pixels) => ticksUp(low, high, Math.max(2, Math.floor(pixels / 32)), isLog)), size: axisWidth },
      ],
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        points: { show: false },
        bind: { dblclick: () => () => null },
      },
      hooks: {
        setSelect: [
          ({ select, posToVal, setSelect }) => {
            if (select.width < 4) return
            latest.current.onRange({ from: posToVal(select.left, 'x'), to: posToVal(select.left + select.width, 'x') })
            setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          },
        ],
        setCursor: [
          ({ over, posToVal, cursor: { left = -1 } }) => {
            if (over.matches(':hover') && left >= 0) look(posToVal(left, 'x'), name)
          },
        ],
        draw: [
          (drawn) => {
            const { pin, at, chart: lookedAt } = useCrosshair.getState()
            drawPin(drawn, pin, color('--accent'))
            // What was under the crosshair may lie elsewhere now.
            readout?.show(at, lookedAt === name)
          },
        ],
      },
    },
    [[]],
    holder,
  )
  readout = readoutIn(chart, () => ({ runs: latest.current.runs, axis, digits }))
  listenToPointer(chart, () => latest.current.onRange(null))
  return { chart, readout }
}

/** The crosshair of a chart goes where that of the others is. */
function follow({ chart, readout }: Made, at: number | null, isLookedAt: boolean): void {
  const left = at === null ? -10 : chart.valToPos(at, 'x')
  if (left !== chart.cursor.left) chart.setCursor({ left, top: left < 0 ? -10 : 0 }, false)
  readout.show(at, isLookedAt)
}

/** A click pins; two of them show all and leave the pin as it was. */
function listenToPointer({ over, posToVal }: uPlot, showAll: () => void): void {
  const { look, setPin } = useCrosshair.getState()
  let downAt = 0
  let pinBefore: number | null = null
  over.addEventListener('mousedown', ({ clientX }) => (downAt = clientX))
  over.addEventListener('click', ({ clientX, detail }) => {
    if (Math.abs(clientX - downAt) > 3) return
    if (detail > 1) return setPin(pinBefore)
    pinBefore = useCrosshair.getState().pin
    setPin(posToVal(clientX - over.getBoundingClientRect().left, 'x'))
  })
  over.addEventListener('dblclick', showAll)
  over.addEventListener('mouseleave', () => look(null, null))
}

function seriesOf(
  { runs, isSmoothed, hasBands }: CurveChartProps,
  color: (variable: string) => string,
): Pick<uPlot.Options, 'series' | 'bands'> {
  const series: uPlot.Series[] = [{}]
  const bands: uPlot.Band[] = []
  for (const run of runs) {
    const line = color(run.color)
    if (hasBands) {
      bands.push({ series: [series.length + 1, series.length], fill: `${line}26` })
      series.push({ ...quiet, width: 0 }, { ...quiet, width: 0 })
    }
    if (isSmoothed) series.push({ ...quiet, stroke: `${line}59`, width: 1 })
    series.push({
      ...quiet,
      stroke: line,
      points: { show: isSparse, size: 5, fill: line },
    })
  }
  return { series, bands }
}

/** For uPlot's join: a break reaches from point to point, whatever other curves have between them. */
const wholeGaps = 2

const quiet = { points: { show: false }, pxAlign: 0 } satisfies uPlot.Series

/** Places of the runs' own lines among the series: behind each run's band and shadow. */
function linesOf({ runs, isSmoothed, hasBands }: Pick<CurveChartProps, 'runs' | 'isSmoothed' | 'hasBands'>): number[] {
  const perRun = 1 + (hasBands ? 2 : 0) + (isSmoothed ? 1 : 0)
  return runs.map((_, run) => (run + 1) * perRun)
}

function stroke(chart: uPlot, { runs, isLog, isSmoothed, hasBands }: CurveChartProps, data: uPlot.AlignedData): void {
  const lines = linesOf({ runs, isSmoothed, hasBands })
  const dashes = runs.map(({ dash }) => dash)
  const { width, height } = chart
  const strokes = strokesOf(
    data.slice(1),
    lines.map((index) => index - 1),
    dashes,
    isLog,
    { width, height, pixelRatio: devicePixelRatio },
  )
  for (const [line, index] of lines.entries()) Object.assign(chart.series[index]!, strokes[line])
}

function isSparse({ data, valToPos }: uPlot, index: number): boolean {
  const there = data[0].filter((_, at) => typeof data[index]![at] === 'number')
  return there.length < 2 || valToPos(there.at(-1)!, 'x') - valToPos(there[0]!, 'x') > sparsePixels * (there.length - 1)
}

/** Ticks of our own, for uPlot. */
function marked(ticksOf: (low: number, high: number, pixels: number) => Tick[]): Pick<uPlot.Axis, 'splits' | 'values' | 'filter'> {
  let ticks: Tick[] = []
  return {
    splits: (chart, axisIndex, low, high) => {
      ticks = ticksOf(low, high, (axisIndex === 0 ? chart.bbox.width : chart.bbox.height) / devicePixelRatio)
      return ticks.map(({ at }) => at)
    },
    filter: (_, splits) => splits,
    values: () => ticks.map(({ text }) => text),
  }
}

/** A little more than the data; a decade where there is none. */
function logRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !(low > 0)) return [1, 10]
  return low === high ? [low / 2, high * 2] : [0.9 * low, 1.1 * high]
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
  const isShown = isLog ? (y: number) => y > 0 && Number.isFinite(y) : Number.isFinite
  const tables: uPlot.AlignedData[] = []
  for (const { curve } of runs) {
    if (hasBands) {
      const { x, low, high } = curve.band ? thinBand(curve.band, range, columns, isShown) : { x: [], low: [], high: [] }
      tables.push([x, low, high])
    }
    for (const series of isSmoothed ? [curve.raw, curve.smooth] : [curve.smooth]) {
      const { x, y } = thin(series, range, columns, isShown)
      tables.push([x, y])
    }
  }
  return tables.length === 0
    ? [[]]
    : (uPlot.join(
        tables,
        tables.map((table) => table.map(() => wholeGaps)),
      ) as uPlot.AlignedData)
}
