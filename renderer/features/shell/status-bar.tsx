/** Always visible: what is happening now, and a way to stop it. */
import { Loader } from '@mantine/core'
import { IconPlayerStopFilled, IconPlugConnected, IconPlugConnectedX } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { ExportProgress } from '../../../shared/domain/export.ts'
import type { ConnectionState } from '../../ipc/client.ts'
import { useBenchmarks } from '../../state/benchmarks.ts'
import { useConnection } from '../../state/connection.ts'
import { useDeploy } from '../../state/deploy.ts'
import { useRunViews } from '../../state/run-view.ts'
import type { RunView } from '../../state/run-view.ts'
import { isActive, useRuns } from '../../state/runs.ts'
import { useSpacePush } from '../../state/space-push.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { plural, remaining } from '../../ui/format.ts'
import { href } from '../../ui/route.ts'
import { runTitle } from '../run-panel/run-title.ts'
import styles from './status-bar.module.css'

export function StatusBar() {
  const connection = useConnection()
  const active = useRunViews((state) => Object.values(state.views).find((view) => isActive(view.record)))
  const benchmark = useBenchmarks((state) => Object.keys(state.progress)[0])
  const writing = useDeploy((state) => state.writing)
  const pushing = useSpacePush((state) => state.progress)
  return (
    <footer className={styles.bar} data-lost={connection.status === 'lost' || undefined} aria-label="What is happening now">
      {connection.status !== 'open' ? (
        <Disconnected {...connection} />
      ) : active ? (
        <Running view={active} />
      ) : benchmark ? (
        <Comparing id={benchmark} />
      ) : writing ? (
        <Deploying {...writing} />
      ) : pushing ? (
        <Deploying {...pushing} fraction={pushing.totalBytes ? pushing.sentBytes / pushing.totalBytes : 0} />
      ) : (
        <Idle />
      )}
      <span className={styles.connection}>
        {connection.status === 'open' ? (
          <>
            <IconPlugConnected size={14} aria-hidden /> connected
          </>
        ) : (
          <>
            <IconPlugConnectedX size={14} aria-hidden /> no connection
          </>
        )}
      </span>
    </footer>
  )
}

function Disconnected({ status, refusal }: ConnectionState) {
  const text =
    status === 'connecting'
      ? 'Connecting to the lab …'
      : refusal === 'unauthorized'
        ? 'The lab does not accept this window’s token. Open the address that the lab printed when it started.'
        : 'Connection to the lab lost. Reconnecting …'
  return (
    <span className={styles.now} data-tone={status === 'lost' ? 'bad' : undefined} role="status">
      {refusal !== 'unauthorized' && <Loader size={13} color="currentColor" />}
      {text}
    </span>
  )
}

function Idle() {
  const runs = useRuns((state) => state.list.value)
  return (
    <span className={styles.now} role="status">
      <span className={styles.dot} />
      Idle{runs && runs.length > 0 ? `. ${plural(runs.length, 'run')} kept.` : '. Nothing has been trained yet.'}
    </span>
  )
}

function Comparing({ id }: { id: string }) {
  const progress = useBenchmarks((state) => state.progress[id])
  if (!progress) return null
  const { done, total, step, totalSteps, etaMs } = progress
  const left = etaMs === null ? '' : ` · ETA ${remaining(etaMs)}`
  return (
    <>
      <span className={styles.progress} style={{ width: `${((done + step / totalSteps) / total) * 100}%` }} />
      <span className={styles.now} data-active>
        <span className={styles.dot} data-active />
        <span>
          <a href={href('benchmark', id)}>Benchmark</a>: repetition {Math.min(done + 1, total)} of {total}
          {left}
        </span>
      </span>
    </>
  )
}

function Deploying({ stage, fraction, etaMs }: ExportProgress) {
  return (
    <>
      <span className={styles.progress} style={{ width: `${fraction * 100}%` }} />
      <span className={styles.now} data-active>
        <span className={styles.dot} data-active />
        <span>
          <a href={href('deploy')}>Space</a>: {stage}
          {etaMs === null ? '' : ` · ETA ${remaining(etaMs)}`}
        </span>
      </span>
    </>
  )
}

function Running({ view }: { view: RunView }) {
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const stop = useRunViews((state) => state.stop)
  const { record, progress } = view
  const share = progress.totalSteps ? progress.step / progress.totalSteps : 0
  const parts = [
    progress.step > 0 && progress.totalSteps !== null ? `step ${progress.step} of ${progress.totalSteps}` : null,
    progress.activity,
    progress.etaMs !== null && progress.etaMs > 0 ? `ETA ${remaining(progress.etaMs)}` : null,
  ].filter((part) => part !== null)
  return (
    <>
      <span className={styles.progress} style={{ width: `${share * 100}%` }} />
      <span className={styles.now} data-active>
        <span className={styles.dot} data-active />
        <span>
          <a href={href('runs', record.id)}>{runTitle(record)}</a>: {parts.join(' · ')}
        </span>
        {error && <span className={styles.error}>{error.title}</span>}
      </span>
      <ActionButton
        size="compact-xs"
        variant="default"
        leftSection={<IconPlayerStopFilled size={12} aria-hidden />}
        action={() => stop(record.id)}
        onError={setError}
        disabled={record.state === 'stopping'}
      >
        {record.state === 'stopping' ? 'Stopping …' : 'Stop'}
      </ActionButton>
    </>
  )
}
