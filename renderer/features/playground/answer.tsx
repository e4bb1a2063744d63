/** The answer: a bar for every label, how long it took, and which weights gave it. */
import type { Prediction } from '../../../shared/domain/prediction.ts'
import { useRuns } from '../../state/runs.ts'
import { figure, percent } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { href } from '../../ui/route.ts'
import { titleOfModel } from '../run-panel/run-title.ts'
import styles from './playground.module.css'

interface AnswerProps {
  prediction: Prediction | null
  /** Shown with empty bars while there is no answer. */
  labels: string[]
  pending: boolean
}

export function Answer({ prediction, labels, pending }: AnswerProps) {
  const bars = prediction?.probabilities ?? labels.map((label) => ({ label, probability: null }))
  return (
    <Panel title="Answer" hint={pending ? 'asking …' : undefined}>
      <p className={styles.verdict} aria-live="polite">
        {prediction ? (
          <>
            <strong>{prediction.label}</strong> <span>{percent(prediction.confidence)} sure</span>
          </>
        ) : (
          <span>Type a headline, or choose one above.</span>
        )}
      </p>
      <ul className={styles.bars} aria-label="Probabilities" data-stale={pending || undefined}>
        {bars.map(({ label, probability }) => (
          <li key={label} data-best={(prediction !== null && label === prediction.label) || undefined}>
            <span>{label}</span>
            <div className={styles.track} aria-hidden>
              <span style={{ width: `${(probability ?? 0) * 100}%` }} />
            </div>
            <span className={styles.share}>{percent(probability)}</span>
          </li>
        ))}
      </ul>
      {prediction && <Facts prediction={prediction} />}
    </Panel>
  )
}

function Facts({ prediction: { latencyMs, checkpoint } }: { prediction: Prediction }) {
  const runs = useRuns((state) => state.list.value)
  const title = titleOfModel({ id: checkpoint.modelId, title: checkpoint.title }, runs ?? [])
  const place = [
    checkpoint.step === null ? null : `step ${checkpoint.step}`,
    checkpoint.epoch === null ? null : `epoch ${checkpoint.epoch + 1}`,
  ].filter((part) => part !== null)
  return (
    <dl className={styles.facts}>
      <dt>Latency</dt>
      <dd>
        {figure(latencyMs)} ms <ProvenanceTag provenance="measured" />
      </dd>
      <dt>Answered by</dt>
      <dd>
        <span>
          <a href={href('runs', checkpoint.modelId)}>{title}</a>
          {place.length > 0 && `, ${place.join(', ')}`}
        </span>
      </dd>
      <dt>Checkpoint</dt>
      <dd className="mono">{checkpoint.checkpoint}</dd>
    </dl>
  )
}
