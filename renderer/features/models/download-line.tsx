/** One download: how far it is, at what rate, and the button that fits its state. */
import { Button, Progress } from '@mantine/core'
import type { Download, DownloadState } from '../../../shared/domain/download.ts'
import { lab } from '../../ipc/client.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { bytes, remaining } from '../../ui/format.ts'
import styles from './models.module.css'

const words: Record<DownloadState, string> = {
  running: 'downloading',
  finishing: 'being read',
  done: 'here',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
}

export function DownloadLine({ download }: { download: Download }) {
  const { id, title, state, receivedBytes, totalBytes, bytesPerSec, etaMs, error } = download
  const share = totalBytes ? (100 * receivedBytes) / totalBytes : 0
  const isRunning = state === 'running' || state === 'finishing'
  // What comes of these is told by the list itself, which changes; a failure is there, too.
  const call = (action: 'cancel' | 'resume' | 'dismiss') => () => void lab.downloads[action]({ downloadId: id }).catch(() => undefined)
  return (
    <li className={styles.download}>
      <div className={styles.downloadHead}>
        <span className={styles.downloadTitle}>{title}</span>
        <span className={styles.small}>{words[state]}</span>
        {isRunning ? (
          <Button size="compact-xs" variant="subtle" onClick={call('cancel')}>
            Cancel
          </Button>
        ) : (
          <>
            <Button size="compact-xs" variant="subtle" onClick={call('resume')}>
              Resume
            </Button>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={call('dismiss')}>
              Dismiss
            </Button>
          </>
        )}
      </div>
      <Progress value={share} size="sm" animated={isRunning} aria-label={`${title}, ${Math.round(share)} %`} />
      <span className={styles.small}>
        {bytes(receivedBytes)} of {bytes(totalBytes)}
        {bytesPerSec !== null && ` · ${bytes(bytesPerSec)}/s, measured`}
        {etaMs !== null && ` · ${remaining(etaMs)} left`}
      </span>
      {error && <ErrorNotice error={error} />}
    </li>
  )
}
