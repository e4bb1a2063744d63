/** The numbers one looks for first, each with where it comes from. */
import { wilsonInterval } from '../../../shared/domain/evaluation.ts'
import type { StepMetrics } from '../../../shared/domain/metrics.ts'
import { median } from '../../../shared/domain/series.ts'
import { isActive } from '../../state/runs.ts'
import type { RunView } from '../../state/run-view.ts'
import { count, figure, fixed, percent } from '../../ui/format.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import styles from './key-figures.module.css'

interface Figure {
  name: string
  value: string
  /** Small print: 'of 366', '± …'. */
  detail: string
}

const recent = 20

export function KeyFigures({ view, steps }: { view: RunView; steps: readonly StepMetrics[] }) {
  return (
    <dl className={styles.figures} aria-label="Key figures">
      {figuresOf(view, steps).map((figure) => (
        <div key={figure.name} className={styles.figure}>
          <dt>
            {figure.name} {figure.value !== '–' && <ProvenanceTag />}
          </dt>
          <dd>
            <span className={styles.value}>{figure.value}</span>
            <span className={styles.detail}>{figure.detail}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function figuresOf({ record, progress, epochs, metrics }: RunView, steps: readonly StepMetrics[]): Figure[] {
  const active = isActive(record)
  const window = active ? steps.slice(-recent) : steps
  const over = window.length === 0 ? '' : active ? `median, last ${window.length}` : 'median of all'
  const last = metrics.last
  const evaluated = epochs.at(-1)
  return [
    { name: 'Step', value: count(progress.step), detail: progress.totalSteps === null ? '' : `of ${count(progress.totalSteps)}` },
    {
      name: 'Epoch',
      value: progress.step === 0 ? '–' : String(Math.min(progress.epoch + 1, record.config.epochs)),
      detail: `of ${record.config.epochs}`,
    },
    { name: 'Global loss', value: fixed(last?.globalLoss, 3), detail: last ? `at step ${last.step}` : '' },
    { name: 'Samples/s', value: figure(median(window.map((step) => step.samplesPerSec))), detail: over },
    { name: 'Tokens/s', value: figure(median(window.map((step) => step.tokensPerSec))), detail: over },
    {
      name: 'Validation accuracy',
      value: percent(evaluated?.validationAccuracy),
      detail: evaluated ? interval(evaluated) : 'after the first epoch',
    },
  ]
}

function interval({ validationAccuracy, validationCount }: { validationAccuracy: number; validationCount: number }): string {
  const [low, high] = wilsonInterval(Math.round(validationAccuracy * validationCount), validationCount)
  return `95 %: ${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)}`
}
