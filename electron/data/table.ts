/**
 * What a file of any format is once it is read: named columns and rows of cells. It knows nothing of labels or texts. The
 * limits on its size are here, because they are the same for all formats; readers check them before memory is taken.
 */
import { LabError } from '../../shared/contract/errors.ts'
import type { BadRow, DataFormat } from '../../shared/domain/dataset.ts'

/** Text, or null for a value that is none and cannot be made one: a list, an object. */
export type Cell = string | null

export interface Table {
  format: DataFormat
  /** Null where the format has none. */
  delimiter: string | null
  hasHeader: boolean
  /** Of each column, no two alike; '0', '1' … where there is no header. */
  names: string[]
  /** Of each column, in words: 'text', 'number', 'int64', 'nested'. */
  types: string[]
  /** Data rows; a cell beyond a row's end is empty. */
  records: Cell[][]
  /** 1-based line (of a Parquet file: row) of each record. */
  lines: Int32Array
  /** Why a record cannot be used, by its index. */
  faults: Map<number, string>
  /** What stands behind the last record and is none. */
  tail: BadRow[]
  /** Names of the classes that a column of integers stands for, where the file says so. */
  classNames: Map<string, string[]>
}

export const tableLimits = {
  rows: 5_000_000,
  columns: 1_000,
  /** Rows × columns. */
  cells: 50_000_000,
  cellLength: 1024 * 1024,
  /** A data set is held in memory; beyond this a file is refused before it is read. */
  fileBytes: 1024 * 1024 * 1024,
  /** Of the columns that are read, once decompressed. */
  inflatedBytes: 1024 * 1024 * 1024,
} as const

export const cellTooLarge = 'a cell has more than 1 MB'

/** Throws DATA_UNREADABLE. */
export function assertShape(fileName: string, rows: number, columns: number): void {
  if (columns > tableLimits.columns)
    throw tooLarge(fileName, `It has ${columns.toLocaleString('en')} columns`, `${tableLimits.columns} columns`)
  if (rows > tableLimits.rows)
    throw tooLarge(fileName, `It has ${rows.toLocaleString('en')} rows`, `${tableLimits.rows / 1e6} million rows`)
  if (rows * columns > tableLimits.cells) {
    throw tooLarge(fileName, `It has ${rows.toLocaleString('en')} rows of ${columns} columns`, `${tableLimits.cells / 1e6} million cells`)
  }
}

const tooLarge = (fileName: string, what: string, most: string): LabError =>
  unreadable(fileName, `${what}; at most ${most} are read`, 'Keep the columns of text and label, or a part of the rows.')

/** DATA_UNREADABLE; `cause` without its full stop. */
export const unreadable = (fileName: string, cause: string, suggestion: string, error?: unknown): LabError =>
  new LabError(
    { code: 'DATA_UNREADABLE', title: `${fileName} is not a file the lab can read`, cause: `${cause}.`, suggestion },
    { cause: error },
  )

/** The same names, each once: a second "text" becomes "text (2)", an empty one "column 3". */
export function distinctNames(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.map((given, index) => {
    const name = given.trim() || `column ${index + 1}`
    let distinct = name
    for (let copy = 2; seen.has(distinct); copy++) distinct = `${name} (${copy})`
    seen.add(distinct)
    return distinct
  })
}
