/**
 * The frame of every chart: heading with unit, legend, the chart at its measured size, and the same numbers as a
 * table for whoever reads rather than looks (or uses a screen reader).
 */
import { Button } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { IconChartLine, IconTable } from '@tabler/icons-react'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import type { Row } from './chart-rows.ts'
import styles from './chart-panel.module.css'

export interface Column {
  key: string
  label: string
  digits: number
}

export interface LegendEntry {
  label: string
  color: string
  shape: 'line' | 'bold' | 'dot' | 'block'
  dash?: string | undefined
}

interface ChartPanelProps {
  title: string
  unit: string
  /** The chart in a sentence, for those who do not see it. */
  summary: string
  legend: LegendEntry[]
  columns: Column[]
  /** Rows to draw on so many pixels; with Infinity, all of them. */
  rows: (width: number) => Row[]
  /** Shown in place of an empty chart. */
  empty: string
  note?: string | null
  className?: string | undefined
  children: (rows: Row[], width: number, height: number) => ReactNode
}

export function ChartPanel({ title, unit, summary, legend, columns, rows, empty, note, className, children }: ChartPanelProps) {
  const [asTable, setAsTable] = useState(false)
  const { ref, width, height } = useElementSize<HTMLDivElement>()
  const shown = rows(asTable ? Number.POSITIVE_INFINITY : width)
  const hasRows = shown.length > 0
  return (
    <Panel
      title={title}
      hint={unit}
      flush
      className={className}
      actions={
        <>
          {hasRows && <ProvenanceTag />}
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            className={styles.toggle}
            leftSection={asTable ? <IconChartLine size={14} aria-hidden /> : <IconTable size={14} aria-hidden />}
            onClick={() => setAsTable(!asTable)}
            aria-pressed={asTable}
            aria-label={`${title} as a table`}
          >
            {asTable ? 'Chart' : 'Table'}
          </Button>
        </>
      }
    >
      {asTable ? (
        <ChartTable title={title} columns={columns} rows={shown} />
      ) : (
        <div className={styles.body}>
          <Legend entries={legend} />
          <div ref={ref} className={styles.plot} role="img" aria-label={`${title}. ${summary}`}>
            {hasRows ? width > 0 && height > 0 && children(shown, width, height) : <p className={styles.empty}>{empty}</p>}
            {typeof note === 'string' && <p className={styles.note}>{note}</p>}
          </div>
        </div>
      )}
    </Panel>
  )
}

function Legend({ entries }: { entries: LegendEntry[] }) {
  return (
    <ul className={styles.legend}>
      {entries.map((entry) => (
        <li key={entry.label}>
          <svg width={entry.shape === 'dot' || entry.shape === 'block' ? 10 : 16} height="10" aria-hidden>
            {entry.shape === 'dot' ? (
              <circle cx="5" cy="5" r="4" fill={entry.color} />
            ) : entry.shape === 'block' ? (
              <rect width="10" height="10" rx="2" fill={entry.color} />
            ) : (
              <line
                x1="0"
                x2="16"
                y1="5"
                y2="5"
                stroke={entry.color}
                strokeWidth={entry.shape === 'bold' ? 2.6 : 1.6}
                strokeDasharray={entry.dash}
              />
            )}
          </svg>
          {entry.label}
        </li>
      ))}
    </ul>
  )
}

function ChartTable({ title, columns, rows }: { title: string; columns: Column[]; rows: Row[] }) {
  const shown =
    rows.length > maxTableRows
      ? rows.filter((_, index) => index % Math.ceil(rows.length / maxTableRows) === 0 || index === rows.length - 1)
      : rows
  return (
    <table className="lab-table" aria-label={title}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.key} scope="col" className="num">
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((row) => (
          <tr key={row.step}>
            {columns.map((column) => (
              <td key={column.key} className="num">
                {typeof row[column.key] === 'number' ? row[column.key]!.toFixed(column.digits) : ''}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const maxTableRows = 500
