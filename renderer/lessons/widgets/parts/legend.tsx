/** What the lines and cells of a picture stand for: never by colour alone. */
import { rankLook } from '../../../features/live-charts/rank-look.ts'
import styles from './legend.module.css'

export interface Look {
  label: string
  color: string
  dash?: string | undefined
  /** Circles instead of a line, or on it. */
  marks?: 'only' | 'too' | undefined
}

export const lookOfRank = (rank: number): Look => rankLook(rank)
export const looksOfRanks = (worldSize: number): Look[] => Array.from({ length: worldSize }, (_, rank) => rankLook(rank))

export function Legend({ looks, shape = 'line' }: { looks: readonly Look[]; shape?: 'line' | 'block' }) {
  return (
    <ul className={styles.legend}>
      {looks.map((look) => (
        <li key={look.label}>
          <svg width={shape === 'line' ? 24 : 12} height="12" aria-hidden>
            {shape === 'line' ? (
              <>
                {look.marks !== 'only' && (
                  <line x1="0" x2="24" y1="6" y2="6" stroke={look.color} strokeWidth="2.2" strokeDasharray={look.dash} />
                )}
                {look.marks !== undefined && <circle cx="12" cy="6" r="3.4" fill="var(--surface)" stroke={look.color} strokeWidth="1.8" />}
              </>
            ) : (
              <rect width="12" height="12" rx="2" fill={look.color} />
            )}
          </svg>
          {look.label}
        </li>
      ))}
    </ul>
  )
}

/** A rank's name with its colour and dash. */
export function RankName({ rank }: { rank: number }) {
  const { color, dash, label } = rankLook(rank)
  return (
    <span className={styles.rank}>
      <svg width="18" height="8" aria-hidden>
        <line x1="0" x2="18" y1="4" y2="4" stroke={color} strokeWidth="2.6" strokeDasharray={dash} />
      </svg>
      {label}
    </span>
  )
}
