/** For those who know a phase already: runs all of its checks in a row. What meets its check counts as done. */
import { Button } from '@mantine/core'
import { IconPlayerSkipForwardFilled, IconPlayerStopFilled } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { toErrorInfo } from '../../ipc/errors.ts'
import type { Lesson, Step } from '../../lessons/lesson.ts'
import { useLessonExport } from '../../state/lesson-export.ts'
import { useLessonProgress } from '../../state/lesson-progress.ts'
import { useWorkbench } from '../../state/workbench.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import styles from './fast-track.module.css'
import { evidenceNow } from './use-evidence.ts'
import { perform } from './perform.ts'

export function FastTrack({ lesson }: { lesson: Lesson }) {
  const [at, setAt] = useState<Step | null>(null)
  const [missed, setMissed] = useState<string[]>([])
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const stopped = useRef(false)
  const measurable = lesson.steps.filter(({ run }) => run.kind !== 'cards')
  if (measurable.length === 0) return null

  const run = async (): Promise<void> => {
    stopped.current = false
    setMissed([])
    setError(null)
    try {
      for (const step of measurable) {
        if (stopped.current || step.id in useLessonProgress.getState().progress.steps) continue
        setAt(step)
        if (!(await perform(step.run))) continue
        const verdict = step.check(evidenceNow())
        if (verdict?.met) await useLessonProgress.getState().complete(step.id, verdict.because, {}, true)
        else setMissed((before) => [...before, `${step.title} ${verdict?.because ?? ''}`])
      }
    } catch (failure) {
      setError(toErrorInfo(failure))
    } finally {
      setAt(null)
    }
  }
  const stop = (): void => {
    stopped.current = true
    useWorkbench.getState().cancel()
    useLessonExport.getState().cancel()
  }
  return (
    <div className={styles.track}>
      {at === null ? (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlayerSkipForwardFilled size={12} aria-hidden />}
          onClick={() => void run()}
          title={`Runs every check of phase ${lesson.number} without the reading`}
        >
          Fast track: I know this, run the checks
        </Button>
      ) : (
        <>
          <span role="status">Checking: {at.title}</span>
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            leftSection={<IconPlayerStopFilled size={12} aria-hidden />}
            onClick={stop}
          >
            Stop
          </Button>
        </>
      )}
      {missed.map((words) => (
        <p key={words} className={styles.missed}>
          Not met: {words}
        </p>
      ))}
      {error && <ErrorNotice error={error} />}
    </div>
  )
}
