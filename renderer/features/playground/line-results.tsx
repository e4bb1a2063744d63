/** The answers to many lines as a table, sorted and filtered as one likes, a page at a time; saved as CSV. */
import { Button, Checkbox, Pagination, Select, TextInput, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronUp, IconDownload } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { labelMatcher } from '../../../shared/domain/labelled-lines.ts'
import { toCsv } from '../../../shared/domain/csv-text.ts'
import { useLineTable } from '../../state/line-table.ts'
import { count, percent, points } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { saveText } from '../../ui/save-text.ts'
import { filterRows, rowsOf, sortRows } from '../../../shared/domain/line-rows.ts'
import type { LineRow, RowFilter, RowOrder } from '../../../shared/domain/line-rows.ts'
import { JudgementPanel } from './judgement.tsx'
import styles from './many-lines.module.css'
import type { Titles } from './one-headline.tsx'

const rowsPerPage = 50
const noFilter: RowFilter = { text: '', label: null, only: null, cell: null }

export function LineResults({ titles }: { titles: Titles }) {
  const { lines, first, second, labelColumn, file } = useLineTable()
  const [filter, setFilter] = useState(noFilter)
  const [order, setOrder] = useState<RowOrder>({ by: 'line', descending: false })
  const [page, setPage] = useState(1)
  const rows = useMemo(() => rowsOf(lines, first, second), [lines, first, second])
  const shown = useMemo(() => sortRows(filterRows(rows, filter), order), [rows, filter, order])
  const labels = first?.labels ?? []
  const labelled = labelColumn !== null
  const pages = Math.max(1, Math.ceil(shown.length / rowsPerPage))
  const change = (changed: Partial<RowFilter>): void => {
    setFilter({ ...filter, ...changed })
    setPage(1)
  }
  const save = (): void =>
    saveText({
      fileName: `answers-${(file?.name ?? 'lines').replace(/\.[^.]*$/, '')}.csv`,
      mediaType: 'text/csv',
      text: csvOf(shown, labels, labelled),
    })
  return (
    <div className={styles.results} data-labelled={labelled || undefined}>
      <Panel
        title="Answers"
        hint={shown.length === rows.length ? undefined : `${count(shown.length)} of ${count(rows.length)}`}
        actions={
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconDownload size={14} aria-hidden />}
            disabled={shown.length === 0}
            onClick={save}
          >
            Save as CSV
          </Button>
        }
        flush
      >
        <div className={styles.filters}>
          <TextInput
            aria-label="Filter by text"
            placeholder="Text contains …"
            value={filter.text}
            onChange={(event) => change({ text: event.currentTarget.value })}
          />
          <Select
            size="xs"
            aria-label="Filter by answer"
            placeholder="Any answer"
            clearable
            data={labels}
            value={filter.label}
            onChange={(label) => change({ label })}
          />
          {labelled && (
            <Checkbox
              size="xs"
              label="Mistakes only"
              checked={filter.only === 'mistakes'}
              onChange={(event) => change({ only: event.currentTarget.checked ? 'mistakes' : null })}
            />
          )}
          {second && (
            <Checkbox
              size="xs"
              label="Where the two differ"
              checked={filter.only === 'differences'}
              onChange={(event) => change({ only: event.currentTarget.checked ? 'differences' : null })}
            />
          )}
          {filter.cell && (
            <Button size="compact-xs" variant="light" onClick={() => change({ cell: null })}>
              {labels[filter.cell.actual]} taken for {labels[filter.cell.predicted]} ×
            </Button>
          )}
        </div>
        <ResultTable
          rows={shown.slice((page - 1) * rowsPerPage, page * rowsPerPage)}
          labelled={labelled}
          titles={titles}
          order={order}
          onOrder={setOrder}
        />
        {shown.length === 0 && <p className={styles.none}>No line fits the filter.</p>}
        {pages > 1 && (
          <Pagination
            className={styles.pages}
            size="xs"
            total={pages}
            value={Math.min(page, pages)}
            onChange={setPage}
            getControlProps={(control) => ({ 'aria-label': `${control} page` })}
          />
        )}
      </Panel>
      {labelled && (
        <JudgementPanel
          titles={titles}
          cell={filter.cell}
          onCell={(cell) => change({ cell, only: null, label: null })}
          onMistakes={() => {
            change({ ...noFilter, only: 'mistakes' })
            setOrder({ by: 'confidence', descending: true })
          }}
        />
      )}
    </div>
  )
}

interface ResultTableProps {
  rows: LineRow[]
  labelled: boolean
  titles: Titles
  order: RowOrder
  onOrder: (order: RowOrder) => void
}

function ResultTable({ rows, labelled, titles, order, onOrder }: ResultTableProps) {
  const two = useLineTable((state) => state.second !== null)
  const sortable = (by: RowOrder['by'], title: string, number = false) => (
    <th
      scope="col"
      className={number ? 'num' : undefined}
      aria-sort={order.by !== by ? 'none' : order.descending ? 'descending' : 'ascending'}
    >
      <UnstyledButton
        className={styles.sort}
        onClick={() => onOrder({ by, descending: order.by === by ? !order.descending : number && by !== 'line' })}
      >
        {title}
        {order.by === by && (order.descending ? <IconChevronDown size={12} aria-hidden /> : <IconChevronUp size={12} aria-hidden />)}
      </UnstyledButton>
    </th>
  )
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Answers to the lines">
      <table className="lab-table" aria-label="Answers to the lines">
        <thead>
          <tr>
            {sortable('line', 'Line', true)}
            {sortable('text', 'Text')}
            {labelled && sortable('actual', 'Label')}
            {sortable('answer', two ? titles.first : 'Answer')}
            {sortable('confidence', 'Sure', true)}
            {two && sortable('second', titles.second ?? 'Second')}
            {two && sortable('difference', 'Difference', true)}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.line}>
              <td className="num">{count(row.line)}</td>
              <th scope="row" className={styles.cell} dir="auto" title={row.text.slice(0, 500)}>
                {row.text.slice(0, 300)}
                {row.truncatedCount > 0 && <small> {count(row.truncatedCount)} tokens cut off</small>}
              </th>
              {labelled && <td data-unknown={(row.actual !== null && row.actualIndex === null) || undefined}>{row.actual ?? '–'}</td>}
              <td>
                <Verdict answer={row.answer} actual={row.actual} judged={row.actualIndex !== null} />
              </td>
              <td className="num">{percent(row.confidence)}</td>
              {two && (
                <td>
                  {row.second ? (
                    <>
                      <Verdict answer={row.second.answer} actual={row.actual} judged={row.actualIndex !== null} />{' '}
                      {percent(row.second.confidence)}
                      {row.second.answer !== row.answer && <b title="The two differ"> ≠</b>}
                    </>
                  ) : (
                    '–'
                  )}
                </td>
              )}
              {two && <td className="num">{row.second ? `${points(row.second.difference)} pts` : '–'}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** An answer, marked where the line's label says otherwise. */
function Verdict({ answer, actual, judged }: { answer: string; actual: string | null; judged: boolean }) {
  const wrong = judged && labelMatcher([answer])(actual) === null
  return (
    <span data-mistake={wrong || undefined}>
      {answer}
      {wrong && <span title="Not what the label says"> ✗</span>}
    </span>
  )
}

/** What the table shows, all pages of it, with the probability of every class. */
function csvOf(rows: readonly LineRow[], labels: readonly string[], labelled: boolean): string {
  const two = rows.some((row) => row.second !== null)
  const header = [
    'line',
    'text',
    ...(labelled ? ['label'] : []),
    'answer',
    'confidence',
    ...labels.map((label) => `p(${label})`),
    ...(two ? ['second_answer', 'second_confidence'] : []),
  ]
  const cells = rows.map((row) => [
    String(row.line),
    row.text,
    ...(labelled ? [row.actual ?? ''] : []),
    row.answer,
    row.confidence.toFixed(6),
    ...row.probabilities.map((probability) => probability.toFixed(6)),
    ...(two ? [row.second?.answer ?? '', row.second?.confidence.toFixed(6) ?? ''] : []),
  ])
  return toCsv([header, ...cells])
}
