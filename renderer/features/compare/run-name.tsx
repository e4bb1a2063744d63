/** A run in a word: the line that it is drawn with, and its name, shortened where it is long. */
import type { RunLook } from './run-look.ts'
import styles from './compare.module.css'

export function RunName({ look, name }: { look: RunLook | null; name: string }) {
  return (
    <span className={styles.name} title={name}>
      {look && (
        <svg width="22" height="10" aria-hidden>
          <line x1="0" x2="22" y1="5" y2="5" stroke={`var(${look.color})`} strokeWidth="2.2" strokeDasharray={look.dash} />
        </svg>
      )}
      <span>{name}</span>
    </span>
  )
}
