/**
 * A CSV as labelled headlines: rows checked one by one, texts joined, labels named. A row that cannot be used is
 * reported with its line and its reason, never dropped in silence; whether that stops the import is the caller's policy.
 */
import { LabError } from '../../shared/contract/errors.ts'
import type { BadRow, CsvPreview } from '../../shared/domain/dataset.ts'
import { joinTexts } from '../../shared/domain/join-texts.ts'
import type { BadRowPolicy, ColumnMapping } from '../../shared/domain/run-config.ts'
import { columnsUnclear, findColumns, inferMapping, resolveMapping, type ColumnIndices, type CsvColumns } from './csv-columns.ts'
import { parseCsvTable, type CsvTable } from './csv-table.ts'
import { agNewsLabels } from './starter.ts'
import { assertText } from './text-file.ts'
import type { Example } from './types.ts'

/** Rows of a CSV that can be used, and those that cannot. */
export interface CsvRows {
  labels: string[]
  examples: Example[]
  /** 1-based line on which each example begins. */
  lines: Int32Array
  badRows: BadRow[]
}

const maxCellLength = 1024 * 1024
const maxLabels = 1000
const sampleRowCount = 5
const shownCellLength = 200
const keptBadRows = 100

const cellTooLarge = 'a cell has more than 1 MB'
const labelOrder = new Intl.Collator('en', { numeric: true })

/**
 * What the lab believes of a CSV, nothing imported: columns, mapping (null where it must be asked for), classes, bad
 * rows. Throws DATA_EMPTY, DATA_UNREADABLE, or DATA_COLUMNS_UNCLEAR where `mapping` names a column that is not there.
 */
export function previewCsv(fileName: string, text: string | Uint8Array, mapping?: ColumnMapping): CsvPreview {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  const { table, columns, data, firstData } = readTable(bytes, fileName, mapping)
  const chosen = mapping ?? inferMapping(columns, data)
  const indices = chosen && resolveMapping(columns, chosen, fileName)
  const rows = indices && readRows(table, firstData, columns, indices)
  return {
    fileName,
    hasHeader: columns.hasHeader,
    delimiter: table.delimiter,
    columns: columns.names,
    sampleRows: data.slice(0, sampleRowCount).map((record) => record.map((cell) => cell.slice(0, shownCellLength))),
    mapping: chosen,
    rowCount: rows ? rows.examples.length : data.length,
    labels: rows?.labels.slice(0, maxLabels) ?? [],
    classCounts: rows ? countClasses(rows.labels, rows.examples).slice(0, maxLabels) : [],
    badRows: rows?.badRows.slice(0, keptBadRows) ?? [],
    badRowCount: rows?.badRows.length ?? 0,
  }
}

/**
 * Reads all rows. Throws DATA_EMPTY, DATA_UNREADABLE, DATA_COLUMNS_UNCLEAR, DATA_ONE_CLASS and, where `onBadRow` is
 * 'refuse', DATA_CELL_TOO_LARGE or DATA_BAD_ROWS.
 */
export function readCsv(bytes: Uint8Array, fileName: string, onBadRow: BadRowPolicy, mapping?: ColumnMapping): CsvRows {
  const { table, columns, data, firstData } = readTable(bytes, fileName, mapping)
  if (data.length === 0 && table.unclosedQuoteLine === null) throw noRows(fileName, 'It has a header and nothing below it.')
  const chosen = mapping ?? inferMapping(columns, data)
  if (!chosen)
    throw columnsUnclear(columns, fileName, columns.names.length < 2 ? 'Only one column was found' : 'The names and cells leave a choice')
  const rows = readRows(table, firstData, columns, resolveMapping(columns, chosen, fileName))

  if (onBadRow === 'refuse' && rows.badRows.length > 0) throw badRowsRefused(rows.badRows, fileName)
  if (rows.examples.length === 0) throw noRows(fileName, `None of its ${rows.badRows.length} rows can be used: ${listRows(rows.badRows)}.`)
  if (rows.labels.length > maxLabels) {
    throw columnsUnclear(
      columns,
      fileName,
      `The column "${chosen.labelColumn}" has ${rows.labels.length} different values, too many for labels`,
    )
  }
  if (rows.labels.length === 1) {
    throw new LabError({
      code: 'DATA_ONE_CLASS',
      title: `All rows of ${fileName} have the same label`,
      cause: `The column "${chosen.labelColumn}" holds nothing but "${rows.labels[0]}": there is nothing to tell apart.`,
      suggestion: 'Use data with two labels or more, or name another label column with --label-column.',
    })
  }
  return rows
}

function readTable(bytes: Uint8Array, fileName: string, mapping?: ColumnMapping) {
  assertText(bytes, fileName)
  const table = parseCsvTable(bytes, fileName)
  if (table.records.length === 0 && table.unclosedQuoteLine === null) throw noRows(fileName, 'It has no rows.')
  const columns = findColumns(table.records, mapping)
  const firstData = columns.hasHeader ? 1 : 0
  return { table, columns, firstData, data: table.records.slice(firstData) }
}

function readRows(table: CsvTable, firstData: number, columns: CsvColumns, indices: ColumnIndices): CsvRows {
  const texts: string[] = []
  const labelsOfRows: string[] = []
  const lines: number[] = []
  const badRows: BadRow[] = []
  for (let row = firstData; row < table.records.length; row++) {
    const record = table.records[row]!
    const line = table.lines[row]!
    const text = joinTexts(indices.text.map((index) => record[index] ?? ''))
    const label = (record[indices.label] ?? '').trim()
    const reason = faultOf(record, columns.names.length, text, label)
    if (reason !== null) {
      badRows.push({ line, reason })
      continue
    }
    texts.push(text)
    labelsOfRows.push(label)
    lines.push(line)
  }
  if (table.unclosedQuoteLine !== null) {
    badRows.push({ line: table.unclosedQuoteLine, reason: 'a quote is opened and never closed before the end of the file' })
  }

  const values = [...new Set(labelsOfRows)].sort(labelOrder.compare)
  const indexOf = new Map(values.map((value, index) => [value, index]))
  const examples = texts.map((text, row) => ({ text, label: indexOf.get(labelsOfRows[row]!)! }))
  const labels = isAgNews(values, columns, indices) ? [...agNewsLabels] : values
  return { labels, examples, lines: Int32Array.from(lines), badRows }
}

/** Why a row cannot be used, or null. */
function faultOf(record: readonly string[], width: number, text: string, label: string): string | null {
  if (record.some((cell) => cell.length > maxCellLength)) return cellTooLarge
  if (record.length !== width) return `${width} columns expected, ${record.length} found`
  if (label === '') return 'the label is empty'
  if (text === '') return 'the text is empty'
  return null
}

/** AG News numbers its four classes, from 0 or from 1, over `title` and `description` (no header in the original, from 1). */
function isAgNews(values: readonly string[], columns: CsvColumns, indices: ColumnIndices): boolean {
  const numbered = values.join()
  if (!columns.hasHeader) return numbered === '1,2,3,4' && columns.names.length === 3 && indices.label === 0 && indices.text.length === 2
  const names = columns.names.map((name) => name.trim().toLowerCase())
  return (numbered === '0,1,2,3' || numbered === '1,2,3,4') && names.includes('title') && names.includes('description')
}

/** Rows of each label, in the order of `labels`. */
export function countClasses(labels: readonly string[], examples: readonly Example[]): number[] {
  const counts = labels.map(() => 0)
  for (const { label } of examples) counts[label]!++
  return counts
}

const listRows = (badRows: readonly BadRow[]): string => {
  const listed = badRows.slice(0, 5).map(({ line, reason }) => `line ${line}: ${reason}`)
  return listed.join('; ') + (badRows.length > 5 ? ` … and ${badRows.length - 5} more` : '')
}

function badRowsRefused(badRows: readonly BadRow[], fileName: string): LabError {
  const tooLarge = badRows.find(({ reason }) => reason === cellTooLarge)
  if (tooLarge) {
    return new LabError({
      code: 'DATA_CELL_TOO_LARGE',
      title: `A cell of ${fileName} is too large`,
      cause: `Line ${tooLarge.line}: ${cellTooLarge}; often a quote that was not closed.`,
      suggestion: 'Mend or remove that row, or have bad rows skipped (--on-bad-row skip).',
    })
  }
  return new LabError({
    code: 'DATA_BAD_ROWS',
    title: `${badRows.length} ${badRows.length === 1 ? 'row' : 'rows'} of ${fileName} cannot be used`,
    cause: `${listRows(badRows)}.`,
    suggestion: 'Mend these rows, or have bad rows skipped (--on-bad-row skip).',
  })
}

function noRows(fileName: string, cause: string): LabError {
  return new LabError({
    code: 'DATA_EMPTY',
    title: `${fileName} has no rows to learn from`,
    cause,
    suggestion: 'Choose a file with one headline and its label per row.',
  })
}
