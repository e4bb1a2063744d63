/** What went wrong, first cause first and the others as its consequences, and the notes the lab left. */
import { IconInfoCircle } from '@tabler/icons-react'
import type { RankStatus, RunRecord } from '../../../shared/domain/run.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import styles from './run-notes.module.css'

export function RunNotes({ record, ranks }: { record: RunRecord; ranks: RankStatus[] }) {
  const first = ranks.find((rank) => rank.first && rank.error)
  const cause = first?.error ?? record.error
  const others = ranks.filter((rank) => rank.error && rank !== first)
  if (!cause && record.notes.length === 0) return null
  return (
    <div className={styles.notes}>
      {cause && <ErrorNotice error={cause} {...(first && { label: `first cause: rank ${first.rank}` })} />}
      {cause && others.length > 0 && (
        <details className={styles.others}>
          <summary>
            {others.length === 1 ? `Rank ${others[0]!.rank} also stopped` : `${others.length} other ranks also stopped`}, as a consequence
          </summary>
          <ul>
            {others.map((rank) => (
              <li key={rank.rank}>
                <strong>rank {rank.rank}:</strong> {rank.error!.title}. {rank.error!.cause}
              </li>
            ))}
          </ul>
        </details>
      )}
      {record.notes.map((note) => (
        <p key={note} className={styles.note}>
          <IconInfoCircle size={16} aria-hidden /> {note}
        </p>
      ))}
    </div>
  )
}
