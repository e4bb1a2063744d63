/**
 * JSON Lines as a table: one object a line, its keys are the columns. Values that are lists or objects are no cells; they
 * matter only where such a column is chosen. A line that is no object is a bad row, never the end of the import.
 */
import { noRows } from './labelled-rows.ts'
import { assertShape, cellTooLarge, tableLimits, unreadable, type Cell, type Table } from './table.ts'
import { assertText } from './text-file.ts'

const newline = 0x0a
const maxLineBytes = 8 * 1024 * 1024
const maxDepth = 64

/** Throws DATA_EMPTY, DATA_UNREADABLE. */
export function jsonlTable(bytes: Uint8Array, fileName: string): Table {
  assertText(bytes, fileName)
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  if (bytes.subarray(start).find((byte) => byte > 0x20) === 0x5b /* [ */) {
    throw unreadable(
      fileName,
      'It is one JSON list, not one object a line',
      'Write each element on a line of its own, without the brackets.',
    )
  }
  const columnOf = new Map<string, number>()
  const types: Set<string>[] = []
  const records: Cell[][] = []
  const lines: number[] = []
  const faults = new Map<number, string>()
  let line = 0
  for (let begin = start; begin < bytes.length;) {
    line++
    const found = bytes.indexOf(newline, begin)
    const end = found === -1 ? bytes.length : found
    const parsed = parseLine(bytes.subarray(begin, end))
    begin = end + 1
    if (parsed === null) continue
    const record: Cell[] = []
    lines.push(line)
    records.push(record)
    assertShape(fileName, records.length, columnOf.size)
    if (typeof parsed === 'string') {
      faults.set(records.length - 1, parsed)
      continue
    }
    for (const [name, value] of Object.entries(parsed)) {
      let column = columnOf.get(name)
      if (column === undefined) {
        column = columnOf.size
        columnOf.set(name, column)
        types.push(new Set())
        assertShape(fileName, records.length, columnOf.size)
      }
      if (value === null) continue
      types[column]!.add(typeof value === 'object' ? 'nested' : typeof value === 'string' ? 'text' : typeof value)
      const cell = typeof value === 'object' ? null : String(value)
      while (record.length < column) record.push('')
      record[column] = cell
      if ((cell?.length ?? 0) > tableLimits.cellLength) faults.set(records.length - 1, cellTooLarge)
    }
  }
  if (columnOf.size === 0) {
    throw noRows(
      fileName,
      records.length === 0
        ? 'It has no rows.'
        : `None of its ${records.length} lines is a JSON object: line ${lines[0]}: ${faults.get(0)}.`,
    )
  }
  return {
    format: 'jsonl',
    delimiter: null,
    hasHeader: true,
    names: [...columnOf.keys()],
    types: types.map((kinds) => [...kinds].join(' or ') || 'empty'),
    records,
    lines: Int32Array.from(lines),
    faults,
    tail: [],
    classNames: new Map(),
  }
}

/** The object of a line, why it is none, or null for an empty line. */
function parseLine(bytes: Uint8Array): Record<string, unknown> | string | null {
  if (bytes.byteLength > maxLineBytes) return `the line has more than ${maxLineBytes / 1024 / 1024} MB`
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').trim()
  if (text === '') return null
  if (isTooDeep(text)) return `it is nested more than ${maxDepth} levels deep`
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'it is no valid JSON'
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : 'it is no JSON object'
}

/** Counts the brackets outside of strings. */
function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 0x5c) index++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if ((code === 0x7b || code === 0x5b) && ++depth > maxDepth) return true
    else if (code === 0x7d || code === 0x5d) depth--
  }
  return false
}
