/**
 * What data-parallel means, drawn for the chosen numbers: the global batch is dealt out, every rank computes
 * gradients on its share, the ring averages them. The global batch is derived, so it is shown here, not asked for.
 */
import styles from './plan-diagram.module.css'

interface PlanDiagramProps {
  worldSize: number
  /** As typed; anything that is no number is shown as a dash. */
  microBatch: unknown
  gradAccumSteps: unknown
}

const shownRanks = 4

export function PlanDiagram({ worldSize, microBatch, gradAccumSteps }: PlanDiagramProps) {
  const share = asCount(microBatch) * asCount(gradAccumSteps)
  const batch = share * worldSize
  const shown = Math.min(worldSize, shownRanks)
  const hidden = worldSize - shown
  const height = hidden > 0 ? 122 : shown > 3 ? 110 : 84
  const middle = hidden > 0 ? 53 : height / 2
  const rowHeight = shown > 2 ? 27 : 38
  const first = middle - ((shown - 1) * rowHeight) / 2
  const y = (rank: number): number => first + rank * rowHeight
  const say = (value: number): string => (Number.isFinite(value) ? String(value) : '–')
  return (
    <figure className={styles.figure}>
      <svg
        viewBox={`0 0 720 ${height}`}
        className={styles.svg}
        role="img"
        aria-label={`Global batch ${say(batch)}: ${say(share)} examples for each of ${worldSize} ranks, gradients averaged in a ring, one update.`}
      >
        <g className={styles.box}>
          <rect x="1" y={middle - 27} width="142" height="54" rx="6" />
          <text x="72" y={middle - 4} className={styles.strong}>
            {say(batch)} headlines
          </text>
          <text x="72" y={middle + 14} className={styles.small}>
            global batch, derived
          </text>
        </g>
        {Array.from({ length: shown }, (_, rank) => (
          <g key={rank}>
            <path className={styles.flow} d={`M143 ${middle}C190 ${middle} 190 ${y(rank)} 240 ${y(rank)}`} />
            <g className={styles.rank} style={{ color: `var(--rank-${rank % 8})` }}>
              <rect x="240" y={y(rank) - 11} width="168" height="22" rx="5" />
              <text x="252" y={y(rank) + 4}>
                rank {rank}
              </text>
              <text x="398" y={y(rank) + 4} textAnchor="end" className={styles.detail}>
                {say(share)} headlines
              </text>
            </g>
            <path className={styles.flow} d={`M408 ${y(rank)}C454 ${y(rank)} 454 ${middle} 498 ${middle}`} />
          </g>
        ))}
        {hidden > 0 && (
          <text x="324" y={height - 4} className={styles.small}>
            and {hidden} more
          </text>
        )}
        <g className={styles.box}>
          <rect x="498" y={middle - 27} width="221" height="54" rx="6" />
          <text x="608" y={middle - 4} className={styles.strong}>
            {worldSize === 1 ? 'AdamW update' : 'ring all-reduce → AdamW'}
          </text>
          <text x="608" y={middle + 14} className={styles.small}>
            {worldSize === 1 ? 'no averaging with one rank' : 'mean gradients, equal parameters'}
          </text>
        </g>
      </svg>
    </figure>
  )
}

const asCount = (value: unknown): number => (typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : Number.NaN)
