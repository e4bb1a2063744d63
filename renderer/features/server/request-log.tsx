/** The last requests, the newest first. The lab keeps no texts of them, so none can be shown. */
import { IconListDetails } from '@tabler/icons-react'
import type { RequestRecord } from '../../../shared/domain/serving.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { count, figure } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import styles from './server.module.css'
import { toneOf } from './status-tone.ts'

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })
const orDash = (value: number | null): string => (value === null ? '–' : count(value))

export function RequestLog({ records, isServing }: { records: readonly RequestRecord[]; isServing: boolean }) {
  return (
    <Panel title="Log" hint="the newest first; texts are never logged" flush className={styles.log}>
      {records.length === 0 ? (
        <EmptyState icon={<IconListDetails size={30} stroke={1.2} />} title="No request yet">
          {isServing
            ? 'Copy the code on the left into a terminal: its request appears here.'
            : 'Requests appear here while a model is served.'}
        </EmptyState>
      ) : (
        <table className="lab-table" aria-label="Requests">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Method</th>
              <th scope="col">Path</th>
              <th scope="col">Status</th>
              <th scope="col" className="num">
                ms
              </th>
              <th scope="col" className="num">
                Texts
              </th>
              <th scope="col" className="num" title="Rows of the model's batch, those of other requests included">
                Batch size
              </th>
            </tr>
          </thead>
          <tbody>
            {records.toReversed().map((record) => (
              <tr key={`${record.at} ${record.requestId}`}>
                <td>{clock.format(new Date(record.at))}</td>
                <td>{record.method}</td>
                <td className="mono">{record.path}</td>
                <td className={styles.status} data-tone={toneOf(record.status)}>
                  {record.status}
                </td>
                <td className="num">{figure(record.ms)}</td>
                <td className="num">{orDash(record.texts)}</td>
                <td className="num">{orDash(record.batchRows)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}
