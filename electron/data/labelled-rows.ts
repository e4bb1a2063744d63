/**
 * A table as labelled headlines: rows checked one by one, texts joined, labels named. A row that cannot be used is
 * reported with its line and its reason, never dropped in silence; whether that stops the import is the caller's policy.
 */
import { LabError } from '../../shared/contract/errors.ts'
import { joinTexts } from '../../shared/domain/join-texts.ts'
import type { BadRow, DatasetPreview } from '../../shared/domain/dataset.ts'
import type { BadRowPolicy, ColumnMapping } from '../../shared/domain/run-config.ts'
import { columnsUnclear, inferMapping, resolveMapping, type ColumnIndices } from './columns.ts'
import { describeQuality } from './quality.ts'
import { agNewsLabels } from './starter.ts'
import { cellTooLarge, type Table } from './table.ts'
import type { Example } from './types.ts'

/** Rows of a file that can be used, and those that cannot. */
export interface LabelledRows {
  labels: string[]
  examples: Example[]
  /** 1-based line on which each example begins. */
  lines: Int32Array
  badRows: BadRow[]
}

const maxLabels = 1000
const sampleRowCount = 5
const shownCellLength = 200
const keptBadRows = 100

const labelOrder = new Intl.Collator('en', { numeric: true })

/**
 * What the lab believes of a file, nothing imported: columns, mapping (null where it must be asked for), classes, bad
 * rows, lengths, copies. Throws DATA_COLUMNS_UNCLEAR where `mapping` names a column that is not there.
 */
export function previewOf(table: Table, fileName: string, mapping?: ColumnMapping): DatasetPreview {
  const chosen = mapping ?? inferMapping(table, table.records)
  const rows = chosen && readRows(table, resolveMapping(table, chosen, fileName))
  return {
    fileName,
    format: table.format,
    hasHeader: table.hasHeader,
    delimiter: table.delimiter,
    columns: table.names,
    columnTypes: table.types,
    sampleRows: table.records.slice(0, sampleRowCount).map((record) => table.names.map((_, index) => shownCell(record[index]))),
    mapping: chosen,
    rowCount: rows ? rows.examples.length : table.records.length,
    labels: rows?.labels.slice(0, maxLabels) ?? [],
    classCounts: rows ? countClasses(rows.labels, rows.examples).slice(0, maxLabels) : [],
    badRows: rows?.badRows.slice(0, keptBadRows) ?? [],
    badRowCount: rows?.badRows.length ?? 0,
    quality: rows && rows.examples.length > 0 && rows.labels.length <= maxLabels ? describeQuality(rows.labels, rows.examples) : null,
  }
}

const shownCell = (cell: string | null | undefined): string => (cell === null ? '{…}' : (cell ?? '').slice(0, shownCellLength))

/**
 * All rows of a table. Throws DATA_EMPTY, DATA_COLUMNS_UNCLEAR, DATA_ONE_CLASS and, where `onBadRow` is 'refuse',
 * DATA_CELL_TOO_LARGE or DATA_BAD_ROWS.
 */
export function labelledRows(table: Table, fileName: string, onBadRow: BadRowPolicy, mapping?: ColumnMapping): LabelledRows {
  if (table.records.length === 0 && table.tail.length === 0) throw noRows(fileName, 'It has a header and nothing below it.')
  const chosen = mapping ?? inferMapping(table, table.records)
  if (!chosen)
    throw columnsUnclear(table, fileName, table.names.length < 2 ? 'Only one column was found' : 'The names and cells leave a choice')
  const rows = readRows(table, resolveMapping(table, chosen, fileName))

  if (onBadRow === 'refuse' && rows.badRows.length > 0) throw badRowsRefused(rows.badRows, fileName)
  if (rows.examples.length === 0) throw noRows(fileName, `None of its ${rows.badRows.length} rows can be used: ${listRows(rows.badRows)}.`)
  if (rows.labels.length > maxLabels) {
    throw columnsUnclear(
      table,
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

function readRows(table: Table, indices: ColumnIndices): LabelledRows {
  const texts: string[] = []
  const labelsOfRows: string[] = []
  const lines: number[] = []
  const badRows: BadRow[] = []
  const classNames = table.classNames.get(table.names[indices.label]!)
  const used = [...indices.text, indices.label]
  for (const [row, record] of table.records.entries()) {
    const line = table.lines[row]!
    const text = joinTexts(indices.text.map((index) => record[index] ?? ''))
    const label = (record[indices.label] ?? '').trim()
    const nested = used.find((index) => record[index] === null)
    const reason =
      table.faults.get(row) ??
      (nested === undefined ? null : `"${table.names[nested]}" is a list or an object, not a text`) ??
      (label === '' ? 'the label is empty' : text === '' ? 'the text is empty' : null) ??
      (classNames && classNames[Number(label)] === undefined ? `there is no class ${label}` : null)
    if (reason !== null) {
      badRows.push({ line, reason })
      continue
    }
    texts.push(text)
    labelsOfRows.push(label)
    lines.push(line)
  }
  badRows.push(...table.tail)

  const values = classNames?.map((_, index) => String(index)) ?? [...new Set(labelsOfRows)].sort(labelOrder.compare)
  const indexOf = new Map(values.map((value, index) => [value, index]))
  const examples = texts.map((text, row) => ({ text, label: indexOf.get(labelsOfRows[row]!)! }))
  const labels = classNames ?? (isAgNews(values, table, indices) ? [...agNewsLabels] : values)
  return { labels, examples, lines: Int32Array.from(lines), badRows }
}

/** AG News numbers its four classes, from 0 or from 1, over `title` and `description` (no header in the original, from 1). */
function isAgNews(values: readonly string[], columns: Pick<Table, 'hasHeader' | 'names'>, indices: ColumnIndices): boolean {
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

export function noRows(fileName: string, cause: string): LabError {
  return new LabError({
    code: 'DATA_EMPTY',
    title: `${fileName} has no rows to learn from`,
    cause,
    suggestion: 'Choose a file with one headline and its label per row.',
  })
}
