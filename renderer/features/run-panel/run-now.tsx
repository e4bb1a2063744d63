/** What is happening now, in words, with a bar. */
import { finalRunStates } from '../../../shared/domain/run.ts'
import type { RunView } from '../../state/run-view.ts'
import { dateTime, duration, remaining } from '../../ui/format.ts'
import { StateBadge } from '../../ui/run-state.tsx'
import styles from './run-now.module.css'

export function RunNow({ view }: { view: RunView }) {
  const { record, progress } = view
  const ended = finalRunStates.includes(record.state)
  const steps = progress.totalSteps === null ? null : `step ${progress.step} of ${progress.totalSteps}`
  const words = ended
    ? [dateTime(record.createdAt), `${duration(progress.elapsedMs)} elapsed`, steps]
    : [progress.activity, `${duration(progress.elapsedMs)} elapsed`, progress.etaMs === null ? null : `ETA ${remaining(progress.etaMs)}`]
  const share = progress.totalSteps ? progress.step / progress.totalSteps : 0
  return (
    <div className={styles.now}>
      <StateBadge state={record.state} />
      <span className={styles.words}>{words.filter((word) => word !== null).join(' · ')}</span>
      {!ended && (
        <div
          className={styles.track}
          role="progressbar"
          aria-label="Training progress"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share * 100)}
        >
          <span style={{ width: `${share * 100}%` }} />
        </div>
      )}
    </div>
  )
}
