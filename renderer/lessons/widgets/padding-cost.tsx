/** The same headlines padded in three ways: the rectangle that has to be computed, and the time that it took. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { Bars } from './parts/bars.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './padding-cost.module.css'

const words = {
  packed: 'no padding at all (as the lab computes)',
  longest: 'padded to the longest headline',
  maxLength: 'padded to max length',
} as const
const real = { label: 'real tokens', color: 'var(--accent)' }
const padding = { label: 'padding', color: 'var(--phase-all-reduce)' }

export function PaddingCost({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('tokens', 'measured'))
  if (!probe)
    return <NotMeasured>You will see how large each padded batch is, and how long one forward and backward pass over it takes.</NotMeasured>
  const lengths = probe.rows.map(({ attentionMask }) => attentionMask.reduce((sum, bit) => sum + bit, 0))
  const of = (way: keyof typeof words) => probe.costs.find((cost) => cost.way === way)
  const [longest, max] = [of('longest'), of('maxLength')]
  return (
    <Frame
      title="What padding costs"
      hint="forward + backward, median of several passes"
      summary={
        longest && max
          ? `At ${max.length} places a row, ${Math.round((1 - probe.tokenCount / max.places) * 100)} % of all places are padding. It took ${(max.ms / longest.ms).toFixed(1)} times as long as padding to ${longest.length}.`
          : ''
      }
      table={{
        head: ['way', 'places per row', 'places', 'real tokens', 'ms'],
        rows: probe.costs.map(({ way, length, places, ms }) => [words[way], length, places, probe.tokenCount, ms]),
      }}
    >
      <h3 className={styles.heading}>Time</h3>
      <Bars
        bars={probe.costs.map(({ way, ms }) => ({
          label: words[way],
          name: way,
          parts: [{ value: ms, look: { label: 'time', color: way === 'maxLength' ? padding.color : real.color } }],
          text: `${ms.toFixed(1)} ms`,
        }))}
      />
      <h3 className={styles.heading}>Places computed</h3>
      <Bars
        legend
        bars={probe.costs.map(({ way, places }) => ({
          label: words[way],
          name: way,
          parts: [
            { value: probe.tokenCount, look: real },
            { value: places - probe.tokenCount, look: padding },
          ],
          text: places.toLocaleString('en'),
        }))}
      />
      {max && (
        <>
          <h3 className={styles.heading}>The batch at max length, row by row</h3>
          <div className={styles.sheet} aria-hidden>
            {lengths.map((length, row) => (
              <span key={row} className={styles.sheetRow}>
                <span style={{ width: `${(length / max.length) * 100}%` }} />
              </span>
            ))}
          </div>
        </>
      )}
    </Frame>
  )
}
