/** A CSV or TSV as a table of lines to classify: its cells, and a guess which of them are text and which the label. */
import { findColumns, inferMapping } from '../data/csv-columns.ts'
import { parseCsvTable } from '../data/csv-table.ts'
import { assertText } from '../data/text-file.ts'
import { longestText, maxLines } from '../../shared/contract/playground.ts'
import type { LineTable } from '../../shared/domain/prediction.ts'

/** Cells of a column by which its length is judged. */
const judgedRows = 200

/** Throws DATA_EMPTY or DATA_UNREADABLE. */
export function readLineTable(fileName: string, text: string): LineTable {
  const bytes = Buffer.from(text)
  assertText(bytes, fileName)
  const { records } = parseCsvTable(bytes, fileName)
  const columns = findColumns(records)
  const data = columns.hasHeader ? records.slice(1) : records
  const mapping = inferMapping(columns, data)
  const rows = data.slice(0, maxLines).map((record) => columns.names.map((_, index) => (record[index] ?? '').slice(0, longestText)))
  return {
    columns: columns.names,
    hasHeader: columns.hasHeader,
    rows,
    rowCount: data.length,
    textColumns: mapping?.textColumns ?? longestColumn(columns.names, rows),
    labelColumn: mapping?.labelColumn ?? null,
  }
}

/** Without labels nothing else tells the text: it is the column with most to read. */
function longestColumn(names: readonly string[], rows: readonly string[][]): string[] {
  const lengths = names.map((_, index) => rows.slice(0, judgedRows).reduce((sum, row) => sum + row[index]!.length, 0))
  const longest = names[lengths.indexOf(Math.max(...lengths))]
  return longest === undefined ? [] : [longest]
}
