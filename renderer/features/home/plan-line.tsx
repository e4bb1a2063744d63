/** What will happen if one starts now, counted beforehand from the configuration. */
import type { DatasetCard } from '../../../shared/domain/dataset.ts'
import { globalBatch } from '../../../shared/domain/run-config.ts'
import type { RunConfig } from '../../../shared/domain/run-config.ts'
import { count, plural } from '../../ui/format.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import styles from './plan-line.module.css'

interface PlanLineProps {
  config: RunConfig | null
  dataset: DatasetCard | null
  /** '≤ 1.45 M' */
  parameters: string | null
}

export function PlanLine({ config, dataset, parameters }: PlanLineProps) {
  if (!config || !dataset || parameters === null)
    return <p className={styles.line}>{config ? 'Asking the lab …' : 'What will happen is shown once the marked values are mended.'}</p>
  // The split is stratified: so many of each class.
  const validationRows = dataset.classCounts.reduce((sum, rows) => sum + Math.round(rows * config.validationFraction), 0)
  const trainRows = dataset.rowCount - validationRows
  const stepsPerEpoch = Math.ceil(trainRows / globalBatch(config))
  const facts: [string, string][] = [
    [count(trainRows), 'rows to learn from'],
    [count(validationRows), 'rows to check on'],
    [count(stepsPerEpoch * config.epochs), `steps in ${plural(config.epochs, 'epoch')}`],
    [parameters, 'parameters'],
  ]
  return (
    <dl className={styles.line} aria-label="What will happen">
      {facts.map(([value, meaning]) => (
        <div key={meaning} className={styles.fact}>
          <dd>{value}</dd>
          <dt>{meaning}</dt>
        </div>
      ))}
      <ProvenanceTag provenance="predicted" />
    </dl>
  )
}
