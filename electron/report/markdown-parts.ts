/** What the Markdown reports are made of: tables and facts. */
import type { Fact } from './conditions.ts'
import { markdownText } from './escape.ts'
import type { Table } from './results.ts'

export function table({ columns, textColumns, rows }: Table): string {
  if (rows.length === 0) return '– nothing was recorded'
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => markdownText(cell).trim() || ' ').join(' | ')} |`
  const alignment = columns.map((_, index) => (index === 0 || textColumns?.includes(index) ? '---' : '---:'))
  return [line(columns), `| ${alignment.join(' | ')} |`, ...rows.map(line)].join('\n')
}

export const facts = (rows: readonly Fact[]): string =>
  table({
    columns: ['Setting', 'Value'],
    textColumns: [1],
    rows: rows.map(({ label, name, value }) => [name === undefined ? label : `${label} (${name})`, value]),
  })
