/**
 * The cells of a CSV: which delimiter it uses, its records as csv-parse reads them, and the line each begins on.
 * It knows nothing of headers, labels or texts. Lines are counted here from byte offsets: csv-parse counts a CRLF
 * inside quotes twice.
 */
import { CsvError, parse, type Options } from 'csv-parse/sync'
import { LabError } from '../../shared/contract/errors.ts'
import { linesOfOffsets } from './text-file.ts'

export interface CsvTable {
  delimiter: string
  /** Cells as written, not trimmed; records may differ in length. Empty lines are left out. */
  records: string[][]
  /** 1-based line on which each record begins. */
  lines: Int32Array
  /** Line of a quote that the end of the file left open; what follows it is in no record. */
  unclosedQuoteLine: number | null
}

const delimiters = [',', '\t', ';'] as const
const sampleBytes = 256 * 1024
const sampleRecords = 50
/** An open quote that swallowed more lines than this is no bad row but an unreadable file. */
const maxSwallowedLines = 100

/** Splits text that passed `assertText` into records. Throws DATA_UNREADABLE where an open quote swallows the file. */
export function parseCsvTable(bytes: Uint8Array, name: string): CsvTable {
  const recordDelimiter = bytes.includes(0x0a) ? ['\r\n', '\n'] : ['\r']
  const delimiter = inferDelimiter(bytes.subarray(0, sampleBytes), recordDelimiter)
  const { records, ends, unclosed } = readRecords(bytes, { delimiter, record_delimiter: recordDelimiter })
  const starts = [0, ...ends]
  if (!unclosed) starts.pop()
  const lines = linesOfOffsets(bytes, starts)
  if (!unclosed) return { delimiter, records, lines, unclosedQuoteLine: null }

  const line = lines.at(-1)!
  const lastLine = linesOfOffsets(bytes, [bytes.length])[0]!
  if (lastLine - line > maxSwallowedLines) {
    throw new LabError({
      code: 'DATA_UNREADABLE',
      title: `A quote in ${name} is never closed`,
      cause: `The record that begins on line ${line} opens a quote which takes in everything to the end, line ${lastLine}.`,
      suggestion: `Close or remove the quote on line ${line}; a quote inside a quoted cell is written twice.`,
    })
  }
  return { delimiter, records, lines: lines.subarray(0, records.length), unclosedQuoteLine: line }
}

/** The delimiter under which most sampled records have the first record's number of columns, two at least. */
function inferDelimiter(sample: Uint8Array, recordDelimiter: string[]): string {
  let best: string = delimiters[0]
  let bestScore = 0
  for (const delimiter of delimiters) {
    const { records } = readRecords(sample, { delimiter, record_delimiter: recordDelimiter, to: sampleRecords })
    const width = records[0]?.length ?? 0
    const alike = records.filter((record) => record.length === width).length
    const score = width < 2 ? 0 : alike / records.length
    if (score > bestScore) {
      best = delimiter
      bestScore = score
    }
  }
  return best
}

function readRecords(bytes: Uint8Array, options: Options): { records: string[][]; ends: number[]; unclosed: boolean } {
  const records: string[][] = []
  const ends: number[] = []
  try {
    parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      ...options,
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: 0,
      on_record: (record: string[], { bytes_records: end }) => {
        records.push(record)
        ends.push(end)
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof CsvError) || error.code !== 'CSV_QUOTE_NOT_CLOSED') throw error
    return { records, ends, unclosed: true }
  }
  return { records, ends, unclosed: false }
}
