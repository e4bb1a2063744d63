/** A grid of small cells: one row for each thing, one column for each place; colour says how much, text may say what. */
import type { ReactNode } from 'react'
import styles from './cell-grid.module.css'

export interface Cell {
  background: string
  text?: string
  title: string
  /** Set off by a frame: what is wrong, or what is followed. */
  marked?: boolean
  muted?: boolean
}

export interface CellRow {
  name: string
  label: ReactNode
  cells: readonly Cell[]
}

interface CellGridProps {
  rows: readonly CellRow[]
  label: string
  /** Of a cell, in pixels; null: as wide as fits. */
  size?: number | null
  onChoose?: (row: number, cell: number) => void
}

export function CellGrid({ rows, label, size = null, onChoose }: CellGridProps) {
  const columns = Math.max(1, ...rows.map(({ cells }) => cells.length))
  const track = size === null ? 'minmax(0, 1fr)' : `${size}px`
  return (
    <div className={styles.grid} role="group" aria-label={label}>
      {rows.map((row, at) => (
        <div key={row.name} className={styles.row}>
          <span className={styles.label}>{row.label}</span>
          <span className={styles.cells} style={{ gridTemplateColumns: `repeat(${columns}, ${track})` }}>
            {row.cells.map((cell, column) =>
              onChoose ? (
                <button
                  key={column}
                  type="button"
                  tabIndex={-1}
                  className={styles.cell}
                  style={{ background: cell.background }}
                  title={cell.title}
                  aria-label={cell.title}
                  data-marked={cell.marked || undefined}
                  data-muted={cell.muted || undefined}
                  onClick={() => onChoose(at, column)}
                >
                  {cell.text}
                </button>
              ) : (
                <span
                  key={column}
                  className={styles.cell}
                  style={{ background: cell.background }}
                  title={cell.title}
                  data-marked={cell.marked || undefined}
                  data-muted={cell.muted || undefined}
                >
                  {cell.text}
                </span>
              ),
            )}
          </span>
        </div>
      ))}
    </div>
  )
}
