/** The line above the ranks: what happened, and one button for what to do next. */
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { lab } from '../../ipc/client.ts'
import { useRunViews } from '../../state/run-view.ts'
import type { RunView } from '../../state/run-view.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { go } from '../../ui/route.ts'
import styles from './happening.module.css'
import { LogWindow } from './log-window.tsx'
import { whatHappened } from './what-happened.ts'

interface HappeningProps {
  view: RunView
  onError: (error: LabErrorInfo | null) => void
}

const words = { resume: 'Resume', restart: 'Restart', log: 'See log' }

export function Happening({ view, onError }: HappeningProps) {
  const [log, setLog] = useState<string | null>(null)
  const { record, ranks, progress, hasModel } = view
  const happened = whatHappened(record, ranks, progress.step, hasModel)
  const act = async (): Promise<void> => {
    const { resume, startRun } = useRunViews.getState()
    if (happened?.next === 'resume') await resume(record.id)
    else if (happened?.next === 'restart') go('runs', await startRun(record.config))
    else setLog((await lab.runs.log({ runId: record.id })).text)
  }
  const HappeningIcon = happened?.tone === 'quiet' ? IconInfoCircle : IconAlertTriangle
  return (
    <>
      {happened && (
        <div className={styles.happening} data-tone={happened.tone} role="status">
          <HappeningIcon size={16} className={styles.icon} aria-hidden />
          <p className={styles.words}>
            <strong>{happened.title}.</strong> {happened.text}
          </p>
          {happened.next !== null && (
            <ActionButton
              size="compact-xs"
              variant={happened.next === 'log' ? 'default' : 'filled'}
              className={styles.next}
              action={act}
              onError={onError}
            >
              {words[happened.next]}
            </ActionButton>
          )}
        </div>
      )}
      <LogWindow text={log} onClose={() => setLog(null)} />
    </>
  )
}
