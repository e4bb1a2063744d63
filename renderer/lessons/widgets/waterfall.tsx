/** Why two ranks are not twice as fast: the parts of a step, one bar for each arm, and what it did to the throughput. */
import { median } from '../../../shared/domain/series.ts'
import { phases } from '../../features/live-charts/rank-look.ts'
import type { Evidence } from '../evidence.ts'
import { probesOf } from '../evidence.ts'
import { Bars } from './parts/bars.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './modes.module.css'

const arms = ['healthy', 'starved-loader', 'tiny-batch', 'small-buckets', 'straggler'] as const
const words = {
  healthy: 'healthy',
  'starved-loader': 'starved loader',
  'tiny-batch': 'tiny batch',
  'small-buckets': 'small buckets',
  straggler: 'straggler',
}

export function Waterfall({ evidence }: { evidence: Evidence }) {
  const bars = arms.flatMap((arm) => {
    const result = evidence.result('below-twice', arm)
    const probes = result ? probesOf(result).flatMap((probe) => (probe ? [probe] : [])) : []
    if (probes.length === 0) return []
    return probes.map((probe, rank) => ({
      arm,
      rank,
      parts: phases.map(({ key, label, color }) => ({ value: median(probe.steps.map((step) => step[key])) ?? 0, look: { label, color } })),
      rows: probe.microBatch,
      buckets: probe.bucketCount,
      speed: probe.samplesPerSec,
    }))
  })
  if (bars.length === 0) return <NotMeasured>A step’s time will be stacked here from its parts, one bar for each cause.</NotMeasured>
  const total = (parts: readonly { value: number }[]): number => parts.reduce((sum, { value }) => sum + value, 0)
  const first = bars.filter(({ rank }) => rank === 0)
  const healthy = first.find(({ arm }) => arm === 'healthy')
  return (
    <Frame
      title="A step of two ranks, in parts"
      hint="milliseconds, medians, each rank by itself"
      summary={
        !healthy
          ? 'The healthy arm was not run yet: there is nothing to compare with.'
          : first.length === 1
            ? `Rank 0’s step takes ${total(healthy.parts).toFixed(0)} ms: ${healthy.parts.map(({ value, look }) => `${look.label} ${((value / total(healthy.parts)) * 100).toFixed(0)} %`).join(', ')}.`
            : `${first
                .filter(({ arm }) => arm !== 'healthy')
                .map(({ arm, speed }) => `${words[arm]}: ${((speed / healthy.speed) * 100).toFixed(0)} % of the healthy throughput`)
                .join('; ')
                .replace(/^./, (letter) => letter.toUpperCase())}.`
      }
      table={{
        head: ['arm', 'rank', 'rows per rank', 'buckets', ...phases.map(({ label }) => `${label}, ms`), 'samples/s'],
        rows: bars.map(({ arm, rank, rows, buckets, parts, speed }) => [
          words[arm],
          rank,
          rows,
          buckets,
          ...parts.map(({ value }) => value),
          speed,
        ]),
      }}
    >
      <Bars
        legend
        bars={bars.map(({ arm, rank, parts }) => ({
          label: `${words[arm]}, rank ${rank}`,
          name: `${arm} ${rank}`,
          parts,
          text: `${total(parts).toFixed(0)} ms`,
          strong: arm === 'healthy',
        }))}
      />
      <div className={styles.mask}>
        <h3 className={styles.heading}>Throughput</h3>
        <Bars
          bars={first.map(({ arm, speed }) => ({
            label: words[arm],
            name: arm,
            parts: [{ value: speed, look: { label: 'samples/s', color: 'var(--accent)' } }],
            text: `${speed.toFixed(0)} rows/s`,
            strong: arm === 'healthy',
          }))}
        />
      </div>
    </Frame>
  )
}
