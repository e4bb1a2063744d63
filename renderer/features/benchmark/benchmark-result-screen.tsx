/** One comparison: how far it is, and what it found, in the words and charts of its report. */
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { BenchmarkView } from '../../../shared/contract/benchmarks.ts'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { useBenchmarks } from '../../state/benchmarks.ts'
import { useConnection } from '../../state/connection.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { dateTime } from '../../ui/format.ts'
import { href } from '../../ui/route.ts'
import { Screen } from '../../ui/screen.tsx'
import { StateBadge } from '../../ui/run-state.tsx'
import { AddImported } from './add-imported.tsx'
import { BenchmarkResult } from './benchmark-result.tsx'
import styles from './benchmark.module.css'
import { ExportMenu } from './export-menu.tsx'
import { ProgressPanel } from './progress-panel.tsx'

export function BenchmarkResultScreen({ id }: { id: string }) {
  const { open, pause, resume } = useBenchmarks.getState()
  const remote = useBenchmarks((state) => state.views[id])
  const progress = useBenchmarks((state) => state.progress[id])
  const generation = useConnection((state) => state.generation)
  const [error, setError] = useState<LabErrorInfo | null>(null)
  useEffect(() => {
    if (generation > 0) void open(id)
  }, [open, id, generation])

  const view = remote?.value
  if (!view)
    return <Screen title="Benchmark">{remote?.error ? <ErrorNotice error={remote.error} /> : <p>Reading the benchmark …</p>}</Screen>
  return (
    <Screen
      title={view.title}
      subtitle={
        <span className={styles.entryFacts}>
          <StateBadge state={view.state} />
          <span>
            {view.done} of {view.total} repetitions, {dateTime(view.createdAt)}
          </span>
          <a href={href('benchmark')}>All comparisons</a>
        </span>
      }
      actions={
        <>
          {view.state === 'running' && (
            <ActionButton
              size="xs"
              variant="default"
              leftSection={<IconPlayerPauseFilled size={14} aria-hidden />}
              action={() => pause(id)}
              onError={setError}
            >
              Pause
            </ActionButton>
          )}
          {view.state === 'paused' && (
            <ActionButton
              size="xs"
              leftSection={<IconPlayerPlayFilled size={14} aria-hidden />}
              action={() => resume(id)}
              onError={setError}
            >
              Resume
            </ActionButton>
          )}
          {view.state === 'done' && <AddImported id={id} onError={setError} />}
          {view.done > 0 && (
            <ExportMenu id={id} hasTarget={view.charts.target !== null} hasInference={view.charts.inference !== null} onError={setError} />
          )}
        </>
      }
    >
      {noticesOf(error, view, remote?.error).map((notice) => (
        <ErrorNotice key={notice.code + notice.title} error={notice} />
      ))}
      {view.state === 'running' && <ProgressPanel progress={progress ?? null} />}
      {view.state === 'paused' && (
        <p className={styles.pausedNote}>
          Paused with {view.total - view.done} of {view.total} repetitions to go. What was measured is kept; the next one begins anew.
        </p>
      )}
      {view.done > 0 && <BenchmarkResult view={view} />}
    </Screen>
  )
}

const noticesOf = (error: LabErrorInfo | null, view: BenchmarkView, failure: LabErrorInfo | null | undefined): LabErrorInfo[] =>
  [error, view.error, failure].filter((notice) => notice !== null && notice !== undefined)
