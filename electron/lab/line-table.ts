/** A CSV or TSV as a table of lines to classify: its cells, and a guess which of them are text and which the label. */
import { inferMapping } from '../data/columns.ts'
import { csvTable } from '../data/csv.ts'
import { longestText, maxLines } from '../../shared/contract/playground.ts'
import type { LineTable } from '../../shared/domain/prediction.ts'

/** Cells of a column by which its length is judged. */
const judgedRows = 200

/** Throws DATA_EMPTY or DATA_UNREADABLE. */
export function readLineTable(fileName: string, bytes: Uint8Array): LineTable {
  const { hasHeader, names, records } = csvTable(bytes, fileName)
  const mapping = inferMapping({ hasHeader, names }, records)
  const rows = records.slice(0, maxLines).map((record) => names.map((_, index) => (record[index] ?? '').slice(0, longestText)))
  return {
    columns: [...names],
    hasHeader,
    rows,
    rowCount: records.length,
    textColumns: mapping?.textColumns ?? longestColumn(names, rows),
    labelColumn: mapping?.labelColumn ?? null,
  }
}

/** Without labels nothing else tells the text: it is the column with most to read. */
function longestColumn(names: readonly string[], rows: readonly string[][]): string[] {
  const lengths = names.map((_, index) => rows.slice(0, judgedRows).reduce((sum, row) => sum + row[index]!.length, 0))
  const longest = names[lengths.indexOf(Math.max(...lengths))]
  return longest === undefined ? [] : [longest]
}
