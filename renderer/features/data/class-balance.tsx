/** How many rows each class has, as bars: a lopsided set shows at a glance. */
import { count, percent } from '../../ui/format.ts'
import styles from './data.module.css'

export function ClassBalance({ labels, classCounts }: { labels: string[]; classCounts: number[] }) {
  const total = classCounts.reduce((sum, rows) => sum + rows, 0)
  const largest = Math.max(1, ...classCounts)
  return (
    <ul className={styles.balance} aria-label="Rows of each class">
      {labels.map((label, index) => {
        const rows = classCounts[index] ?? 0
        return (
          <li key={label}>
            <span className={styles.label} title={label}>
              {label}
            </span>
            <div className={styles.track} aria-hidden>
              <span style={{ width: `${(rows / largest) * 100}%` }} />
            </div>
            <span className={styles.count}>
              {count(rows)} <small>{percent(total === 0 ? null : rows / total, 0)}</small>
            </span>
          </li>
        )
      })}
    </ul>
  )
}
