/**
 * The frame of every widget: what it shows in a line, the picture, and the same numbers as a table for whoever reads rather
 * than looks. Where nothing was measured yet, it says what will be seen.
 */
import { Button } from '@mantine/core'
import { IconChartLine, IconTable } from '@tabler/icons-react'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Provenance } from '../../../../shared/domain/hardware.ts'
import { ProvenanceTag } from '../../../ui/provenance-tag.tsx'
import styles from './frame.module.css'

export interface Table {
  head: readonly string[]
  rows: readonly (readonly (string | number)[])[]
}

interface FrameProps {
  title: string
  /** Unit, count, what the colours mean. */
  hint?: ReactNode
  /** The picture in a sentence, for those who do not see it. */
  summary: string
  table: Table
  /** Null where nothing is a measurement. */
  provenance?: Provenance | null
  /** Beside the title: what to look at. */
  controls?: ReactNode
  children: ReactNode
}

export function Frame({ title, hint, summary, table, provenance = 'measured', controls, children }: FrameProps) {
  const [asTable, setAsTable] = useState(false)
  return (
    <section className={styles.frame} aria-label={title}>
      <header className={styles.header}>
        <h2 className={styles.title}>{title}</h2>
        {hint !== undefined && <span className={styles.hint}>{hint}</span>}
        <span className={styles.actions}>
          {provenance !== null && <ProvenanceTag provenance={provenance} />}
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            leftSection={asTable ? <IconChartLine size={14} aria-hidden /> : <IconTable size={14} aria-hidden />}
            onClick={() => setAsTable(!asTable)}
            aria-pressed={asTable}
            aria-label={`${title} as a table`}
          >
            {asTable ? 'Picture' : 'Table'}
          </Button>
        </span>
      </header>
      {controls !== undefined && <div className={styles.controls}>{controls}</div>}
      <p className={styles.summary}>{summary}</p>
      {asTable ? <DataTable title={title} table={table} /> : <div className={styles.picture}>{children}</div>}
    </section>
  )
}

export function DataTable({ title, table }: { title: string; table: Table }) {
  const numeric = table.head.map((_, column) => table.rows.every((row) => typeof row[column] === 'number'))
  return (
    <div className={styles.tableBox} tabIndex={0} role="region" aria-label={`${title}, all numbers`}>
      <table className="lab-table" aria-label={title}>
        <thead>
          <tr>
            {table.head.map((word, column) => (
              <th key={word} scope="col" className={numeric[column] ? 'num' : undefined}>
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column} className={numeric[column] ? 'num' : undefined}>
                  {typeof cell === 'number' ? shortNumber(cell) : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Whole numbers as they are, others with four digits that count. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (Number.isInteger(value)) return value.toLocaleString('en')
  const size = Math.abs(value)
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(2) : String(Number(value.toPrecision(4)))
}

/** In place of a widget that has nothing to show. */
export function NotMeasured({ children }: { children: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p>
        <strong>Nothing measured yet.</strong>
      </p>
      <p>{children}</p>
    </div>
  )
}
