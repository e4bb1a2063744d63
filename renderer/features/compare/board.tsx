/** The comparison of runs that are here: charts that move together, the values, the configurations side by side. */
import { Button } from '@mantine/core'
import { IconPinnedOff, IconZoomReset } from '@tabler/icons-react'
import { memo, useEffect, useMemo, useState } from 'react'
import type { RunCurves } from '../../../shared/domain/run-curves.ts'
import { useCompare } from '../../state/compare.ts'
import { useCrosshair } from '../../state/crosshair.ts'
import { plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { cachedCurve } from './cached-curve.ts'
import { CompareControls, QuantityChoice } from './compare-controls.tsx'
import styles from './compare.module.css'
import { CurveChart } from './curve-chart.tsx'
import type { RunCurve } from './curve-chart.tsx'
import { axes, quantities } from './curves.ts'
import type { AxisName, QuantityName, Range } from './curves.ts'
import { DifferenceTable } from './difference-table.tsx'
import { ExportMenu } from './export-menu.tsx'
import type { RunLook } from './run-look.ts'
import { placeInWords } from './ticks.ts'
import { figureAt, ValuesTable } from './values-table.tsx'

/** A run with how it is drawn and what it is called here. */
export interface BoardRun extends RunLook {
  id: string
  title: string
  curves: RunCurves
}

/** One quantity of all runs. */
export interface Chart {
  name: QuantityName
  runs: readonly RunCurve[]
}

export const Board = memo(function Board({ runs }: { runs: readonly BoardRun[] }) {
  const { axis, isLog, window, hasBands, shown } = useCompare()
  const [zoom, setZoom] = useState<{ axis: AxisName; range: Range } | null>(null)
  useEffect(() => {
    // Places on one axis mean nothing on another, nor to those who come back later.
    const { look, setPin } = useCrosshair.getState()
    return () => {
      look(null, null)
      setPin(null)
    }
  }, [axis])
  const charts = useMemo(() => shown.map((name) => ({ name, runs: curvesOf(runs, name, axis, window) })), [runs, shown, axis, window])
  const extent = useMemo(() => extentOf(runs, axis, window), [runs, axis, window])
  const range = zoom?.axis === axis ? zoom.range : extent
  const onRange = useMemo(() => (next: Range | null) => setZoom(next && { axis, range: next }), [axis])
  const hints = useMemo(() => charts.map(({ name, runs: lines }) => hintOf(name, lines, isLog)), [charts, isLog])
  const records = useMemo(() => runs.map(({ title, curves: { record } }) => ({ title, record })), [runs])
  return (
    <>
      <div className={styles.controls}>
        <CompareControls />
        <ExportMenu runs={runs} charts={charts} settings={{ axis, range, isLog, isSmoothed: window > 1, hasBands }} />
      </div>
      <QuantityChoice />
      {shown.length === 0 && <p className={styles.quiet}>Nothing is drawn: tick what you want to see.</p>}
      <div className={styles.charts}>
        {charts.map(({ name, runs: lines }, index) => (
          <Panel
            key={name}
            title={quantities[name].title}
            hint={hints[index]}
            flush
            className={styles.chart}
            actions={<Provenances runs={runs} />}
          >
            <CurveChart
              label={`${quantities[name].title} of ${plural(runs.length, 'run')} along ${axes[axis].unit}`}
              name={name}
              runs={lines}
              axis={axis}
              isLog={isLog && quantities[name].mayBeLog}
              isSmoothed={window > 1}
              hasBands={hasBands}
              extent={extent}
              range={range}
              onRange={onRange}
            />
          </Panel>
        ))}
      </div>
      {charts.length > 0 && (
        <>
          <Spoken charts={charts} axis={axis} />
          <Panel
            title="Values"
            hint={window > 1 ? `means of ${window} steps` : undefined}
            flush
            actions={<Places isZoomed={range !== extent} showAll={() => setZoom(null)} />}
          >
            <div className={styles.scroll}>
              <ValuesTable axis={axis} charts={charts} />
            </div>
          </Panel>
        </>
      )}
      <DifferenceTable runs={records} />
    </>
  )
})

/** The way back from a pin and from a closer look. */
function Places({ isZoomed, showAll }: { isZoomed: boolean; showAll: () => void }) {
  const { pin, setPin } = useCrosshair()
  const look = { size: 'compact-xs', variant: 'subtle', color: 'gray' } as const
  return (
    <>
      {pin === null && !isZoomed && <span className={styles.quiet}>drag to look closer, click to pin</span>}
      {pin !== null && (
        <Button {...look} leftSection={<IconPinnedOff size={14} aria-hidden />} onClick={() => setPin(null)}>
          Take the pin away
        </Button>
      )}
      {isZoomed && (
        <Button {...look} leftSection={<IconZoomReset size={14} aria-hidden />} onClick={showAll}>
          Show all
        </Button>
      )}
    </>
  )
}

/** The pin's values of the chart that has the keyboard, for those who hear them. */
function Spoken({ charts, axis }: { charts: readonly Chart[]; axis: AxisName }) {
  const text = useCrosshair(({ pin, at, chart }) => {
    const looked = charts.find(({ name }) => name === chart)
    if (!looked || pin === null || pin !== at) return ''
    return `${placeInWords(pin, axis)}: ${looked.runs.map((run) => `${run.title} ${figureAt(run, looked.name, pin)}`).join(', ')}`
  })
  return (
    <p role="status" className={styles.spoken}>
      {text}
    </p>
  )
}

function Provenances({ runs }: { runs: readonly BoardRun[] }) {
  const isImported = ({ curves }: BoardRun): boolean => curves.record.imported !== null
  return (
    <>
      {!runs.every(isImported) && <ProvenanceTag provenance="measured" />}
      {runs.some(isImported) && <ProvenanceTag provenance="imported" />}
    </>
  )
}

/** The unit, and what the scale does not show. */
function hintOf(name: QuantityName, runs: readonly RunCurve[], isLog: boolean): string {
  const { unit, mayBeLog } = quantities[name]
  if (!isLog) return unit
  if (!mayBeLog) return `${unit}, linear`
  const hidden = runs.reduce((sum, { curve }) => sum + curve.smooth.y.filter((y) => y <= 0).length, 0)
  return hidden === 0 ? unit : `${unit}; ${plural(hidden, 'point')} ≤ 0 not drawn`
}

/** From the first to the last point of any run, whatever is shown of it. */
function extentOf(runs: readonly BoardRun[], axis: AxisName, window: number): Range {
  const along = runs.flatMap(({ curves }) =>
    (['loss', 'validationLoss'] as const).map((name) => cachedCurve(curves, name, axis, window).raw.x),
  )
  const ends = along.flatMap((x) => (x.length === 0 ? [] : [x[0]!, x.at(-1)!]))
  if (ends.length === 0) return { from: 0, to: 1 }
  const [from, to] = [Math.min(...ends), Math.max(...ends)]
  return from < to ? { from, to } : { from: from - 1, to: to + 1 }
}

const curvesOf = (runs: readonly BoardRun[], name: QuantityName, axis: AxisName, window: number): RunCurve[] =>
  runs.map(({ curves, ...run }) => ({ ...run, curve: cachedCurve(curves, name, axis, window) }))
