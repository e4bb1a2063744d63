/** How many requests there were, by status, and how long the predictions of the last minute took. */
import type { RequestFigures } from '../../../shared/domain/serving.ts'
import { count, figure } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import styles from './server.module.css'
import { toneOf } from './status-tone.ts'

const ms = (value: number | null | undefined): string => (value == null ? '–' : `${figure(value)} ms`)

export function RequestFiguresBar({ figures }: { figures: RequestFigures | null }) {
  const byStatus = Object.entries(figures?.byStatus ?? {})
  const values = [
    { name: 'Requests', value: count(figures?.total ?? 0), detail: 'since it started' },
    { name: 'p50', value: ms(figures?.p50Ms), detail: '50 % took less' },
    { name: 'p95', value: ms(figures?.p95Ms), detail: '95 % took less' },
    { name: 'Predictions', value: count(figures?.lastMinuteCount ?? 0), detail: 'in the last minute' },
  ]
  return (
    <Panel title="Requests" hint="latencies: predictions of the last minute" actions={<ProvenanceTag provenance="measured" />}>
      <dl className={styles.figures} aria-label="Request figures">
        {values.map(({ name, value, detail }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value} <small>{detail}</small>
            </dd>
          </div>
        ))}
      </dl>
      <ul className={styles.statuses} aria-label="Requests by status">
        {byStatus.map(([status, number]) => (
          <li key={status} data-tone={toneOf(Number(status))}>
            <code>{status}</code> {count(number)}
          </li>
        ))}
        {byStatus.length === 0 && <li className={styles.none}>No request yet</li>}
      </ul>
    </Panel>
  )
}
