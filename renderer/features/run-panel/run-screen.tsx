/** One run, live or finished: the same screen, fed by the stream or from disk. */
import { useEffect, useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { StepMetrics } from '../../../shared/domain/metrics.ts'
import { useConnection } from '../../state/connection.ts'
import { useRunViews } from '../../state/run-view.ts'
import type { RunView } from '../../state/run-view.ts'
import { isActive } from '../../state/runs.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { ScreenProvenance } from '../../ui/provenance-tag.tsx'
import { Screen } from '../../ui/screen.tsx'
import type { ChartInput } from '../live-charts/chart-input.ts'
import { LossChart } from '../live-charts/loss-chart.tsx'
import { StepTimeChart } from '../live-charts/step-time-chart.tsx'
import { ThroughputChart } from '../live-charts/throughput-chart.tsx'
import { FaultBench } from '../fault-bench/fault-bench.tsx'
import { Happening } from '../rank-map/happening.tsx'
import { RankMap } from '../rank-map/rank-map.tsx'
import { ConfigPanel } from './config-panel.tsx'
import { EpochPanel } from './epoch-panel.tsx'
import { KeyFigures } from './key-figures.tsx'
import { RunActions } from './run-actions.tsx'
import { RunNotes } from './run-notes.tsx'
import { RunNow } from './run-now.tsx'
import styles from './run-screen.module.css'
import { runTitle } from './run-title.ts'

export function RunScreen({ runId }: { runId: string }) {
  const view = useRunViews((state) => state.views[runId])
  const failure = useRunViews((state) => state.errors[runId])
  const open = useRunViews((state) => state.open)
  const generation = useConnection((state) => state.generation)
  const [error, setError] = useState<LabErrorInfo | null>(null)
  useEffect(() => {
    if (generation > 0) void open(runId)
  }, [open, runId, generation])

  if (!view) return <Screen title="Run">{failure ? <ErrorNotice error={failure} /> : <p>Reading the run …</p>}</Screen>
  return (
    <Screen title={runTitle(view.record)} subtitle={<RunNow view={view} />} actions={<RunActions view={view} onError={setError} />}>
      {[error, failure].map((notice) => notice && <ErrorNotice key={notice.title} error={notice} />)}
      <RunNotes record={view.record} ranks={view.ranks} />
      <ScreenProvenance value={view.record.imported ? 'imported' : 'measured'}>
        <Board view={view} onError={setError} />
      </ScreenProvenance>
    </Screen>
  )
}

function Board({ view, onError }: { view: RunView; onError: (error: LabErrorInfo | null) => void }) {
  const steps = useSteps(view)
  const { record, progress, epochs, ranks } = view
  const active = isActive(record)
  const input: ChartInput = {
    steps,
    epochs,
    worldSize: record.config.worldSize,
    lastStep: (active ? record.totalSteps : null) ?? steps.at(-1)?.step ?? 1,
    waiting: active ? `No step yet: ${progress.activity}` : 'This run ended before its first step.',
  }
  return (
    <>
      <KeyFigures view={view} steps={steps} />
      <div className={styles.board}>
        <LossChart {...input} className={styles.loss} />
        <ThroughputChart {...input} className={styles.throughput} />
        <StepTimeChart {...input} className={styles.stepTime} />
        <div className={styles.side}>
          <RankMap ranks={ranks} lastStep={view.metrics.last} parameterCount={record.trainableParameterCount ?? record.parameterCount}>
            <Happening view={view} onError={onError} />
          </RankMap>
          {active && <FaultBench record={record} ranks={ranks} onError={onError} />}
          <EpochPanel epochs={epochs} active={active} className={styles.epochs} />
        </div>
      </div>
      <ConfigPanel record={record} />
    </>
  )
}

/** The points of the charts; the same array until the view says that there are new ones. */
function useSteps(view: RunView): StepMetrics[] {
  const [held, setHeld] = useState({ version: view.metricsVersion, steps: view.metrics.toArray() })
  if (held.version === view.metricsVersion) return held.steps
  const steps = view.metrics.toArray()
  setHeld({ version: view.metricsVersion, steps })
  return steps
}
