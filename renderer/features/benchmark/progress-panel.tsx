/** How far the benchmark is: repetitions done, the step of the one that is going on, and the time that is left. */
import { Progress } from '@mantine/core'
import type { BenchmarkProgress } from '../../../shared/contract/benchmarks.ts'
import { remaining } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import styles from './benchmark.module.css'

export function ProgressPanel({ progress }: { progress: BenchmarkProgress | null }) {
  if (progress === null) return <Panel title="Going on">Starting …</Panel>
  const { done, total, step, totalSteps, etaMs, activity } = progress
  const share = (done + Math.min(1, step / totalSteps)) / total
  return (
    <Panel title="Going on" hint={`repetition ${Math.min(done + 1, total)} of ${total} in all`}>
      <Progress value={share * 100} aria-label="Share of the benchmark that is done" />
      <p className={styles.progressLine} aria-live="polite">
        <span>{activity}</span>
        <span className={styles.progressFigures}>
          step {step} of {totalSteps}
        </span>
        <span className={styles.progressFigures}>
          {done === total ? (
            'the last thing'
          ) : etaMs === null ? (
            'the time left is known after the first repetition'
          ) : (
            <>
              about {remaining(etaMs)} to go <ProvenanceTag provenance="predicted" />
            </>
          )}
        </span>
      </p>
    </Panel>
  )
}
