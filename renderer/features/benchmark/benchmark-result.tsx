/** The result: sentences, gates, charts, tables. The words are the report's own; only where all gates are open is one of them speed-up. */
import { IconLock, IconLockOpen } from '@tabler/icons-react'
import type { BenchmarkTable, BenchmarkView } from '../../../shared/contract/benchmarks.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { Panel } from '../../ui/panel.tsx'
import styles from './benchmark.module.css'
import { ReportChart } from './report-chart.tsx'

export function BenchmarkResult({ view }: { view: BenchmarkView }) {
  const [first, ...tables] = view.tables
  const closed = view.gates.filter(({ isOpen }) => !isOpen).length
  const tags = view.provenances.map((provenance) => <ProvenanceTag key={provenance} provenance={provenance} />)
  return (
    <>
      <div className={styles.board}>
        <div className={styles.main}>
          <Panel title="Result" hint={view.state === 'done' ? undefined : 'of the repetitions so far'} actions={tags}>
            <ul className={styles.sentences}>
              {view.sentences.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </Panel>
          <Panel title="Throughput" hint="dots: repetitions · line: median · bar: its 95 % interval" actions={tags}>
            <ReportChart markup={view.charts.throughput} />
          </Panel>
          {view.charts.target !== null && (
            <Panel title="Time to accuracy" hint="dots: repetitions that reached it · line: median · bar: its 95 % interval" actions={tags}>
              <ReportChart markup={view.charts.target} />
              <ul className={styles.notes}>
                {view.targetNotes.map((note) => (
                  <li key={note}>{note}</li>
                ))}
              </ul>
            </Panel>
          )}
          <Panel title="Where a step’s time goes" hint="means over all measured steps" actions={tags}>
            <ReportChart markup={view.charts.waterfall} />
            <ReportChart markup={view.charts.legend} />
          </Panel>
          {view.charts.inference !== null && (
            <Panel title="Latency of the served model" hint="dots: medians of the loads · bars: lowest and highest" actions={tags}>
              <ReportChart markup={view.charts.inference} />
            </Panel>
          )}
          {first && <TablePanel table={first} />}
        </div>
        <div className={styles.side}>
          <Panel
            title="Gates"
            hint={closed === 0 ? 'all open: the ratio may be called a speed-up' : `${closed} of ${view.gates.length} closed`}
          >
            <ul className={styles.gates}>
              {view.gates.map(({ name, isOpen, found }) => (
                <li key={name} data-open={isOpen || undefined}>
                  {isOpen ? <IconLockOpen size={16} aria-hidden /> : <IconLock size={16} aria-hidden />}
                  <div>
                    <strong>
                      {name} <span className={styles.gateWord}>{isOpen ? 'open' : 'closed'}</span>
                    </strong>
                    <p>{found}</p>
                  </div>
                </li>
              ))}
            </ul>
          </Panel>
          <Panel title="Protocol">
            <dl className={styles.facts}>
              {view.protocol.map(({ label, value }) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
            <p className={styles.base}>Not measured here: {view.notMeasured.join('; ')}.</p>
          </Panel>
        </div>
      </div>
      {view.failures.length > 0 && (
        <Panel title="Failed repetitions" hint="listed, not tried again in silence">
          <div className={styles.failures}>
            {view.failures.map(({ arm, repetition, error }) => (
              <ErrorNotice key={`${arm} ${repetition}`} label={`${arm}, repetition ${repetition}`} error={error} />
            ))}
          </div>
        </Panel>
      )}
      {tables.map((table) => (
        <TablePanel key={table.title} table={table} />
      ))}
      <Panel title="Repeating it">
        <pre className={styles.command}>{view.command}</pre>
      </Panel>
    </>
  )
}

function TablePanel({ table: { title, columns, textColumns = [], rows, note } }: { table: BenchmarkTable }) {
  const look = (column: number): string | undefined => (column === 0 || textColumns.includes(column) ? undefined : 'num')
  return (
    <Panel title={title} flush>
      <table className={`lab-table ${styles.table}`} aria-label={title}>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={column} scope="col" className={look(index)}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            <tr key={number}>
              {row.map((cell, index) =>
                index === 0 ? (
                  <th key={index} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={index} className={look(index)}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {note !== undefined && <p className={styles.tableNote}>{note}</p>}
    </Panel>
  )
}
