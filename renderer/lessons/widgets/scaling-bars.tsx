/** Strong and weak scaling side by side: speed-up, efficiency, and where a step's time went. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { scalingFacts } from '../../../shared/lessons/checks/measurements.ts'
import { Bars } from './parts/bars.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './modes.module.css'

const words = { one: 'one rank', strong: 'strong: same global batch', weak: 'weak: same batch per rank' }
const parts = [
  { key: 'forwardBackwardMs', label: 'forward + backward', color: 'var(--phase-compute)' },
  { key: 'allReduceMs', label: 'all-reduce', color: 'var(--phase-all-reduce)' },
  { key: 'optimizerMs', label: 'optimizer', color: 'var(--phase-optimizer)' },
] as const

export function ScalingBars({ evidence }: { evidence: Evidence }) {
  const result = evidence.result('scaling', 'measured')
  const probe = firstProbe(result)
  const facts = result && scalingFacts(result)
  if (!probe || !facts) return <NotMeasured>One rank, strong and weak scaling will stand side by side here.</NotMeasured>
  const efficiency = (speedup: number): string => `${((speedup / facts.ranks) * 100).toFixed(0)} %`
  return (
    <Frame
      title="Strong and weak scaling"
      hint={`${facts.ranks} ranks against one`}
      summary={`Strong: ${facts.strongSpeedup.toFixed(2)} times as fast, efficiency ${efficiency(facts.strongSpeedup)}. Weak: ${facts.weakSpeedup.toFixed(2)} times as much, efficiency ${efficiency(facts.weakSpeedup)}.`}
      table={{
        head: ['run', 'ranks', 'batch per rank', 'global batch', 'samples/s', ...parts.map(({ label }) => `${label}, ms`)],
        rows: probe.runs.map((run) => [
          words[run.kind],
          run.ranks,
          run.microBatch,
          run.globalBatch,
          run.samplesPerSec,
          ...parts.map(({ key }) => run[key]),
        ]),
      }}
    >
      <h3 className={styles.heading}>Samples per second</h3>
      <Bars
        bars={probe.runs.map((run) => ({
          label: `${words[run.kind]} (${run.ranks} × ${run.microBatch})`,
          name: run.kind,
          parts: [{ value: run.samplesPerSec, look: { label: 'samples/s', color: 'var(--accent)' } }],
          text: run.samplesPerSec.toFixed(0),
        }))}
      />
      <div className={styles.mask}>
        <h3 className={styles.heading}>A step, in parts (medians)</h3>
        <Bars
          legend
          bars={probe.runs.map((run) => ({
            label: `${words[run.kind]} (${run.ranks} × ${run.microBatch})`,
            name: run.kind,
            parts: parts.map(({ key, label, color }) => ({ value: run[key], look: { label, color } })),
            text: `${parts.reduce((total, { key }) => total + run[key], 0).toFixed(1)} ms`,
          }))}
        />
      </div>
    </Frame>
  )
}
