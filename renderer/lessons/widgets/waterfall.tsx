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
    const of = (key: (typeof phases)[number]['key']): number => probes.reduce((sum, { steps }) => sum + (median(steps.map((step) => step[key])) ?? 0), 0) / probes.length
    return [{ arm, parts: phases.map(({ key, label, color }) => ({ value: of(key), look: { label, color } })), rows: probes[0]!.microBatch, buckets: probes[0]!.bucketCount, speed: probes[0]!.samplesPerSec }]
  })
  if (bars.length === 0) return <NotMeasured>A step’s time will be stacked here from its parts, one bar for each cause.</NotMeasured>
  const total = (parts: readonly { value: number }[]): number => parts.reduce((sum, { value }) => sum + value, 0)
  const healthy = bars.find(({ arm }) => arm === 'healthy')
  return (
    <Frame
      title="A step of two ranks, in parts"
      hint="milliseconds, mean of the ranks’ medians"
      summary={
        healthy
          ? bars
              .filter(({ arm }) => arm !== 'healthy')
              .map(({ arm, speed }) => `${words[arm]}: ${((speed / healthy.speed) * 100).toFixed(0)} % of the healthy throughput`)
              .join('; ')
              .replace(/^./, (letter) => letter.toUpperCase()) + '.'
          : 'The healthy arm was not run yet: there is nothing to compare with.'
      }
      table={{
        head: ['arm', 'rows per rank', 'buckets', ...phases.map(({ label }) => `${label}, ms`), 'samples/s'],
        rows: bars.map(({ arm, rows, buckets, parts, speed }) => [words[arm], rows, buckets, ...parts.map(({ value }) => value), speed]),
      }}
    >
      <Bars legend bars={bars.map(({ arm, parts }) => ({ label: words[arm], name: arm, parts, text: `${total(parts).toFixed(0)} ms`, strong: arm === 'healthy' }))} />
      <div className={styles.mask}>
        <h3 className={styles.heading}>Throughput</h3>
        <Bars bars={bars.map(({ arm, speed }) => ({ label: words[arm], name: arm, parts: [{ value: speed, look: { label: 'samples/s', color: 'var(--accent)' } }], text: `${speed.toFixed(0)} rows/s`, strong: arm === 'healthy' }))} />
      </div>
    </Frame>
  )
}
