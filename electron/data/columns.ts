/**
 * Which columns of a table are text and which is the label: as the person says, else by the header's names, else by
 * what the cells look like. Where neither decides, nothing is guessed: the answer is null and the caller asks.
 */
import { LabError } from '../../shared/contract/errors.ts'
import { distinctNames, type Cell } from './table.ts'
import type { ColumnMapping } from '../../shared/domain/run-config.ts'

export interface Columns {
  hasHeader: boolean
  /** Header names, or '0', '1' … where there is none. */
  names: string[]
}

/** The mapping as indices into a record. */
export interface ColumnIndices {
  text: number[]
  label: number
}

/** Names by which data sets of news call their columns; the first that is found is the label. */
const labelNames = ['label', 'labels', 'class', 'class index', 'category', 'categories', 'topic', 'target', 'section']
const textNames = [
  'text',
  'title',
  'headline',
  'description',
  'short description',
  'content',
  'body',
  'summary',
  'abstract',
  'sentence',
  'article',
]

/** Cells by which a column is judged. */
const judgedRecords = 1000
const maxLabelLength = 40
const minTextLength = 12

const plainName = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
const isNumber = (cell: string): boolean => cell.trim() !== '' && Number.isFinite(Number(cell))

/** Whether the first record is a header, and what the columns are called. `asked` are names the person gave. */
export function findColumns(records: readonly string[][], asked?: ColumnMapping): Columns {
  const first = records[0] ?? []
  const hasHeader = (asked !== undefined && namesIn(first, asked)) || looksLikeHeader(first, records.slice(1, judgedRecords))
  const width = hasHeader ? first.length : commonWidth(records.slice(0, judgedRecords))
  const names = Array.from({ length: width }, (_, index) => (hasHeader ? first[index]! : String(index)))
  return { hasHeader, names: hasHeader ? distinctNames(names) : names }
}

function namesIn(first: readonly string[], asked: ColumnMapping): boolean {
  const present = new Set(first.map((cell) => plainName(cell)))
  return [...asked.textColumns, asked.labelColumn].every((name) => present.has(plainName(name)))
}

/**
 * A header has a name we know; or short cells, no numbers, none of which comes again below in a column of labels, or
 * that are single words over columns of text.
 */
function looksLikeHeader(first: readonly string[], rest: readonly string[][]): boolean {
  const known = new Set([...labelNames, ...textNames])
  if (first.some((cell) => known.has(plainName(cell)))) return true
  const plain = first.every((cell) => cell.length <= maxLabelLength && !isNumber(cell) && /^\S+( \S+){0,2}$/.test(cell.trim()))
  if (!plain || new Set(first).size !== first.length || rest.length < 2) return false
  const indices = [...first.keys()]
  const labels = indices.filter((index) => looksLikeLabel(rest, index))
  if (labels.length > 0) return labels.every((index) => rest.every((record) => record[index]?.trim() !== first[index]!.trim()))
  const texts = indices.filter((index) => looksLikeText(rest, index))
  return texts.length > 0 && texts.every((index) => /^\S+$/.test(first[index]!.trim()))
}

/** The columns the cells and names speak for, or null where they leave a choice. */
export function inferMapping(columns: Columns, data: readonly Cell[][]): ColumnMapping | null {
  const judged = data.slice(0, judgedRecords)
  const plain = columns.names.map(plainName)
  const indices = [...plain.keys()]

  const named = columns.hasHeader ? labelNames.map((name) => plain.indexOf(name)).find((index) => index !== -1) : undefined
  const candidates =
    named === undefined ? indices.filter((index) => !textNames.includes(plain[index]!) && looksLikeLabel(judged, index)) : [named]
  const label = candidates[0]
  if (candidates.length !== 1 || label === undefined) return null

  const others = indices.filter((index) => index !== label)
  const namedTexts = columns.hasHeader ? others.filter((index) => textNames.includes(plain[index]!)) : []
  const texts = namedTexts.length > 0 ? namedTexts : others.filter((index) => looksLikeText(judged, index))
  if (texts.length === 0) return null
  return { textColumns: texts.map((index) => columns.names[index]!), labelColumn: columns.names[label]! }
}

/** Few distinct short values that come again. */
function looksLikeLabel(records: readonly Cell[][], index: number): boolean {
  const cells = cellsOf(records, index)
  if (cells.length < 2 || cells.some((cell) => cell.length > maxLabelLength)) return false
  const distinct = new Set(cells).size
  return distinct <= Math.max(2, Math.min(100, cells.length / 2)) && distinct < cells.length
}

/** Long values that vary, mostly with a space in them: not numbers, dates or addresses. */
function looksLikeText(records: readonly Cell[][], index: number): boolean {
  const cells = cellsOf(records, index)
  if (cells.length === 0) return false
  const worded = cells.filter((cell) => /\s/.test(cell) && /\p{L}{2}/u.test(cell)).length
  const meanLength = cells.reduce((sum, cell) => sum + cell.length, 0) / cells.length
  return worded >= cells.length / 2 && meanLength >= minTextLength && new Set(cells).size > cells.length / 2
}

const cellsOf = (records: readonly Cell[][], index: number): string[] =>
  records.map((record) => record[index]?.trim() ?? '').filter((cell) => cell !== '')

/** The number of columns that most records have. */
function commonWidth(records: readonly string[][]): number {
  const counts = new Map<number, number>()
  for (const record of records) counts.set(record.length, (counts.get(record.length) ?? 0) + 1)
  let common = 0
  for (const [width, count] of counts) if (count > (counts.get(common) ?? 0)) common = width
  return common
}

/** Names to indices; a name may also be a 0-based index. Throws DATA_COLUMNS_UNCLEAR for a column that is not there. */
export function resolveMapping(columns: Columns, mapping: ColumnMapping, fileName: string): ColumnIndices {
  const plain = columns.names.map(plainName)
  const indexOf = (name: string): number => {
    const exact = columns.names.indexOf(name)
    const loose = exact === -1 ? plain.indexOf(plainName(name)) : exact
    if (loose !== -1) return loose
    const index = /^\d+$/.test(name) ? Number(name) : -1
    if (index >= 0 && index < columns.names.length) return index
    throw columnsUnclear(columns, fileName, `There is no column "${name}"`)
  }
  const text = mapping.textColumns.map(indexOf)
  const label = indexOf(mapping.labelColumn)
  if (text.includes(label)) throw columnsUnclear(columns, fileName, `The column "${mapping.labelColumn}" cannot be both text and label`)
  return { text, label }
}

/** DATA_COLUMNS_UNCLEAR: lists the columns and how to say which is which. */
export function columnsUnclear(columns: Columns, fileName: string, cause: string): LabError {
  const list = columns.names.slice(0, 20).join(', ') + (columns.names.length > 20 ? ' …' : '')
  const kind = columns.hasHeader ? 'The columns are' : 'There is no header; the columns are'
  return new LabError({
    code: 'DATA_COLUMNS_UNCLEAR',
    title: `Which column of ${fileName} is the text and which the label?`,
    cause: `${cause}. ${kind}: ${list}.`,
    suggestion: 'Say which: --text-columns a,b --label-column c on the command line, or choose them in the import dialog.',
  })
}
