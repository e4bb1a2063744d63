/** Latency and throughput over the size of the batch. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { lookOfRank } from './parts/legend.tsx'
import { LinePlot } from './parts/line-plot.tsx'
import styles from './modes.module.css'

export function LatencyChart({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('latency-batches', 'measured'))
  if (!probe)
    return (
      <NotMeasured>
        Two curves will be drawn here over the size of the batch: how long an answer takes, and how many come a second.
      </NotMeasured>
    )
  const { batches } = probe
  const first = batches[0]!
  const best = batches.reduce((a, b) => (b.textsPerSec > a.textsPerSec ? b : a))
  const points = (of: 'p50Ms' | 'p95Ms' | 'textsPerSec') => batches.map((batch) => ({ x: batch.rows, y: batch[of] }))
  return (
    <Frame
      title="Latency and throughput"
      hint="both axes by powers of ten"
      summary={`One text takes ${first.p50Ms.toFixed(1)} ms. ${best.rows} at a time take ${best.p50Ms.toFixed(1)} ms, which is ${(best.textsPerSec / first.textsPerSec).toFixed(1)} times as many answers a second.`}
      table={{
        head: ['texts at a time', 'median ms', '95th percentile ms', 'texts/s'],
        rows: batches.map(({ rows, p50Ms, p95Ms, textsPerSec }) => [rows, p50Ms, p95Ms, textsPerSec]),
      }}
    >
      <h3 className={styles.heading}>Latency</h3>
      <LinePlot
        label="Latency by batch size"
        xLabel="texts at a time"
        yLabel="ms"
        height={200}
        logLog
        series={[
          { ...lookOfRank(0), label: 'median', marks: 'too', points: points('p50Ms') },
          { ...lookOfRank(1), label: '95th percentile', points: points('p95Ms') },
        ]}
      />
      <div className={styles.mask}>
        <h3 className={styles.heading}>Throughput</h3>
        <LinePlot
          label="Throughput by batch size"
          xLabel="texts at a time"
          yLabel="texts/s"
          height={200}
          logLog
          series={[{ ...lookOfRank(2), label: 'texts a second', marks: 'too', points: points('textsPerSec') }]}
        />
      </div>
    </Frame>
  )
}
