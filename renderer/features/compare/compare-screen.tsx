/** Runs laid over each other: charts that move together, the values under the crosshair, the configurations side by side. */
import { Button, Checkbox } from '@mantine/core'
import { IconChartLine, IconZoomReset } from '@tabler/icons-react'
import { useEffect, useMemo, useState } from 'react'
import { rankStyle } from '../../../shared/domain/series.ts'
import { useCompare } from '../../state/compare.ts'
import { useConnection } from '../../state/connection.ts'
import { useRunViews } from '../../state/run-view.ts'
import { useRuns } from '../../state/runs.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { dateTime, plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { go } from '../../ui/route.ts'
import { Screen } from '../../ui/screen.tsx'
import { runTitle } from '../run-panel/run-title.ts'
import { CompareControls } from './compare-controls.tsx'
import styles from './compare.module.css'
import { CurveChart } from './curve-chart.tsx'
import type { RunCurve } from './curve-chart.tsx'
import { axes, curveOf, quantities, quantityNames } from './curves.ts'
import type { AxisName, QuantityName, Range, RunPoints } from './curves.ts'
import { DifferenceTable } from './difference-table.tsx'
import { RunMark } from './run-mark.tsx'
import { ValuesTable } from './values-table.tsx'

const mostRuns = 10
/** In the address: ids hold no comma. */
const separator = ','

export function CompareScreen({ chosen }: { chosen: string | null }) {
  const ids = useMemo(() => (chosen ?? '').split(separator).filter((id) => id !== ''), [chosen])
  const { list, refresh } = useRuns()
  const generation = useConnection((state) => state.generation)
  const open = useRunViews((state) => state.open)
  const errors = useRunViews((state) => state.errors)
  useEffect(() => void refresh(), [refresh])
  useEffect(() => {
    if (generation > 0) for (const id of ids) void open(id)
  }, [ids, open, generation])

  const choose = (id: string, isChosen: boolean): void =>
    go('compare', (isChosen ? [...ids, id] : ids.filter((other) => other !== id)).join(separator))
  const runs = list.value ?? []
  return (
    <Screen
      title="Compare runs"
      subtitle={`${plural(ids.length, 'run')} chosen, at most ${mostRuns}; the first is what the others are compared with`}
    >
      {list.error && <ErrorNotice error={list.error} />}
      {ids.map((id) => errors[id] && <ErrorNotice key={id} error={errors[id]} />)}
      <div className={styles.layout}>
        <Panel title="Runs" className={styles.picker}>
          <ul className={styles.runs}>
            {runs.map(({ record }) => {
              const place = ids.indexOf(record.id)
              return (
                <li key={record.id}>
                  <Checkbox
                    size="xs"
                    checked={place >= 0}
                    disabled={place < 0 && ids.length >= mostRuns}
                    onChange={(event) => choose(record.id, event.currentTarget.checked)}
                    label={
                      <>
                        {place >= 0 && <RunMark run={lookOf(place)} />} {runTitle(record)}{' '}
                        {record.imported && <ProvenanceTag provenance="imported" />}
                        <span className={styles.when}>{dateTime(record.createdAt)}</span>
                      </>
                    }
                  />
                </li>
              )
            })}
          </ul>
        </Panel>
        <Board ids={ids} />
      </div>
    </Screen>
  )
}

const lookOf = (place: number): Pick<RunCurve, 'color' | 'dash'> => {
  const { color, dash } = rankStyle(place)
  return { color: `--rank-${color}`, dash: dash === '' ? undefined : dash }
}

function Board({ ids }: { ids: readonly string[] }) {
  const { axis, isLog, window, hasBands, shown } = useCompare()
  const [range, setRange] = useState<Range | null>(null)
  const [hover, setHover] = useState<number | null>(null)
  const [pin, setPin] = useState<number | null>(null)
  const [rangeAxis, setRangeAxis] = useState(axis)
  if (rangeAxis !== axis) {
    // Places on one axis mean nothing on another.
    setRangeAxis(axis)
    setRange(null)
    setPin(null)
    setHover(null)
  }
  const runs = useRunPoints(ids)
  const curves = useMemo(() => curvesOf(runs, axis, window), [runs, axis, window])

  if (runs.length === 0) {
    return (
      <EmptyState icon={<IconChartLine size={34} stroke={1.3} />} title="Choose runs to lay over each other">
        Their losses, speeds and settings then stand side by side. Drag over a chart to look closer, click to pin a place.
      </EmptyState>
    )
  }
  const x = hover ?? pin
  const shownRange = range ?? extentOf(curves)
  return (
    <div className={styles.board}>
      <CompareControls />
      <div className={styles.charts}>
        {shown.map((name) => {
          const { title, unit, digits, mayBeLog } = quantities[name]
          return (
            <Panel key={name} title={title} hint={unit} flush actions={<Provenances runs={runs} />}>
              <CurveChart
                label={`${title} of ${plural(runs.length, 'run')} along ${axes[axis].unit}`}
                runs={curves[name]}
                axis={axis}
                isLog={isLog && mayBeLog}
                isSmoothed={window > 1}
                hasBands={hasBands}
                digits={digits}
                range={shownRange}
                pin={pin}
                onRange={setRange}
                onHover={setHover}
                onPin={setPin}
              />
            </Panel>
          )
        })}
      </div>
      <Panel
        title="Values"
        hint={window > 1 ? `means of ${window} steps` : undefined}
        flush
        actions={
          <>
            {pin !== null && (
              <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setPin(null)}>
                Take the pin away
              </Button>
            )}
            {range !== null && (
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                leftSection={<IconZoomReset size={14} aria-hidden />}
                onClick={() => setRange(null)}
              >
                Show all
              </Button>
            )}
          </>
        }
      >
        <div className={styles.scroll}>
          {shown.length > 0 && <ValuesTable place={x === null ? null : placeInWords(x, axis)} x={x} shown={shown} curves={curves} />}
        </div>
      </Panel>
      <DifferenceTable records={runs.map(({ record }) => record)} />
    </div>
  )
}

function Provenances({ runs }: { runs: readonly RunPoints[] }) {
  const isImported = ({ record }: RunPoints): boolean => record.imported !== null
  return (
    <>
      {!runs.every(isImported) && <ProvenanceTag provenance="measured" />}
      {runs.some(isImported) && <ProvenanceTag provenance="imported" />}
    </>
  )
}

/** From the first to the last point of any curve. */
function extentOf(curves: Record<QuantityName, RunCurve[]>): Range {
  const ends = Object.values(curves).flatMap((runs) =>
    runs.flatMap(({ curve: { raw } }) => (raw.length === 0 ? [] : [raw[0]!.x, raw.at(-1)!.x])),
  )
  const [from, to] = [Math.min(...ends), Math.max(...ends)]
  return from < to ? { from, to } : { from: (Number.isFinite(from) ? from : 0) - 1, to: (Number.isFinite(to) ? to : 0) + 1 }
}

function placeInWords(x: number, axis: AxisName): string {
  if (axis === 'wall') return new Date(x * 1000).toLocaleTimeString()
  if (axis === 'relative') return `${x.toFixed(1)} s`
  if (axis === 'epoch') return `epoch ${x.toFixed(2)}`
  return `${axis === 'step' ? 'step ' : ''}${Math.round(x).toLocaleString('en')}${axis === 'samples' ? ' samples' : ''}`
}

/** The points of the chosen runs that are here; the same array until one has new ones. */
function useRunPoints(ids: readonly string[]): RunPoints[] {
  const views = useRunViews((state) => state.views)
  const here = ids.flatMap((id) => views[id] ?? [])
  const version = here.map(({ record, metricsVersion, epochs }) => `${record.id} ${metricsVersion} ${epochs.length}`).join()
  const [held, setHeld] = useState<{ version: string; runs: RunPoints[] }>({ version: '', runs: [] })
  if (held.version === version) return held.runs
  const runs = here.map(({ record, metrics, epochs }) => ({ record, steps: metrics.toArray(), epochs }))
  setHeld({ version, runs })
  return runs
}

function curvesOf(runs: readonly RunPoints[], axis: AxisName, window: number): Record<QuantityName, RunCurve[]> {
  const of = (name: QuantityName): RunCurve[] =>
    runs.map((run, place) => ({
      id: run.record.id,
      title: runTitle(run.record),
      ...lookOf(place),
      curve: curveOf(run, name, axis, window),
    }))
  return Object.fromEntries(quantityNames.map((name) => [name, of(name)])) as Record<QuantityName, RunCurve[]>
}
