/** AG News in one click: what it is, Download, how far it is, Cancel and Resume. Gone once it is in the list. */
import { Button, Progress } from '@mantine/core'
import type { Download } from '../../../shared/domain/download.ts'
import { hubDatasets } from '../../../shared/domain/hub-datasets.ts'
import { lab } from '../../ipc/client.ts'
import { useDownloads } from '../../state/downloads.ts'
import { bytes, percent, remaining } from '../../ui/format.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Panel } from '../../ui/panel.tsx'
import styles from './data.module.css'

export function HubPanel() {
  const { list, error, act } = useDownloads()
  const { title, description, id, license, approximateBytes } = hubDatasets.ag_news
  const download = list.find(({ repo }) => repo.kind === 'dataset' && repo.id === id)
  const active = download?.state === 'running' || download?.state === 'finishing'
  return (
    <Panel title={title} hint="from the Hugging Face hub">
      <p className={styles.offer}>
        {description}. About {bytes(approximateBytes)}; {license}. It is kept in the hub’s cache on this machine.
      </p>
      {error && <ErrorNotice error={error} />}
      {download?.state === 'failed' && download.error && <ErrorNotice error={download.error} />}
      {download && download.state !== 'failed' && <HowFar download={download} />}
      <div className={styles.footer}>
        {active ? (
          <Button size="xs" variant="default" onClick={() => void act(() => lab.downloads.cancel({ downloadId: download.id }))}>
            Cancel
          </Button>
        ) : download && download.state !== 'done' ? (
          <Button size="xs" onClick={() => void act(() => lab.downloads.resume({ downloadId: download.id }))}>
            Resume
          </Button>
        ) : (
          <Button size="xs" onClick={() => void act(() => lab.datasets.download({ name: 'ag_news' }))}>
            Download AG News
          </Button>
        )}
      </div>
    </Panel>
  )
}

function HowFar({ download }: { download: Download }) {
  const { state, receivedBytes, totalBytes, bytesPerSec, etaMs } = download
  const share = totalBytes ? receivedBytes / totalBytes : 0
  const words = {
    running: totalBytes === null ? 'Asking the hub …' : null,
    finishing: 'Reading the rows …',
    done: 'Downloaded',
    failed: 'Failed',
    cancelled: 'Cancelled; what arrived is kept',
    interrupted: 'Interrupted when the lab was closed; what arrived is kept',
  }[state]
  return (
    <div>
      <Progress value={share * 100} size="sm" aria-label="Download" />
      <p className={styles.format}>
        {words ?? `${percent(share, 0)} of ${bytes(totalBytes ?? 0)}`}
        {words && totalBytes !== null && state !== 'done' && state !== 'finishing' && ` (${bytes(receivedBytes)} of ${bytes(totalBytes)})`}
        {state === 'running' && bytesPerSec !== null && `, ${bytes(bytesPerSec)}/s measured`}
        {state === 'running' && etaMs !== null && `, about ${remaining(etaMs)} left`}
      </p>
    </div>
  )
}
