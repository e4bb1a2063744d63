/** A CSV or TSV as a table: header or none, rows of the wrong width told apart. */
import type { DatasetPreview } from '../../shared/domain/dataset.ts'
import type { BadRowPolicy, ColumnMapping } from '../../shared/domain/run-config.ts'
import { findColumns } from './columns.ts'
import { parseCsvTable } from './csv-table.ts'
import { labelledRows, noRows, previewOf, type LabelledRows } from './labelled-rows.ts'
import { assertShape, cellTooLarge, tableLimits, type Table } from './table.ts'
import { assertText } from './text-file.ts'

/** `mapping` are columns that the person named: a first row that has these names is a header. Throws DATA_EMPTY, DATA_UNREADABLE. */
export function csvTable(bytes: Uint8Array, fileName: string, mapping?: ColumnMapping): Table {
  assertText(bytes, fileName)
  const { records, lines, delimiter, unclosedQuoteLine } = parseCsvTable(bytes, fileName)
  if (records.length === 0 && unclosedQuoteLine === null) throw noRows(fileName, 'It has no rows.')
  const { hasHeader, names } = findColumns(records, mapping)
  assertShape(fileName, records.length, names.length)
  const first = hasHeader ? 1 : 0
  const data = records.slice(first)
  const faults = new Map<number, string>()
  for (const [row, record] of data.entries()) {
    if (record.some((cell) => cell.length > tableLimits.cellLength)) faults.set(row, cellTooLarge)
    else if (record.length !== names.length) faults.set(row, `${names.length} columns expected, ${record.length} found`)
  }
  const unclosed = 'a quote is opened and never closed before the end of the file'
  return {
    format: 'csv',
    delimiter,
    hasHeader,
    names,
    types: names.map((_, index) => typeOf(data, index)),
    records: data,
    lines: lines.subarray(first),
    faults,
    tail: unclosedQuoteLine === null ? [] : [{ line: unclosedQuoteLine, reason: unclosed }],
    classNames: new Map(),
  }
}

const judgedRecords = 1000

function typeOf(data: readonly string[][], index: number): string {
  const cells = data
    .slice(0, judgedRecords)
    .map((record) => record[index]?.trim() ?? '')
    .filter((cell) => cell !== '')
  return cells.length > 0 && cells.every((cell) => Number.isFinite(Number(cell))) ? 'number' : 'text'
}

/** What the lab believes of a CSV, nothing imported. Throws as `csvTable`, and DATA_COLUMNS_UNCLEAR for a column that is not there. */
export function previewCsv(fileName: string, text: string | Uint8Array, mapping?: ColumnMapping): DatasetPreview {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  return previewOf(csvTable(bytes, fileName, mapping), fileName, mapping)
}

/** All rows of a CSV. Throws as `csvTable` and `labelledRows`. */
export const readCsv = (bytes: Uint8Array, fileName: string, onBadRow: BadRowPolicy, mapping?: ColumnMapping): LabelledRows =>
  labelledRows(csvTable(bytes, fileName, mapping), fileName, onBadRow, mapping)
