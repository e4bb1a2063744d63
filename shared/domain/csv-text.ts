/**
 * Rows as CSV text for programs of other people (RFC 4180). A spreadsheet takes a cell that begins with `=` for a formula
 * and runs it, so no cell leaves this file that begins like one.
 */

/** What Excel, LibreOffice and Google Sheets may take for a formula; control characters hide one from sight. */
const beginsLikeFormula = /^[=+\-@\t\r\n]/

/** `cell` with an apostrophe before it where a spreadsheet could run it (OWASP, CSV injection). */
export const defuseCsvCell = (cell: string): string => (beginsLikeFormula.test(cell) ? `'${cell}` : cell)

const quoted = (cell: string): string => (/[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** Null is an empty cell, and so is a number that is none. */
export type CsvCell = string | number | null

/** Rows for spreadsheets: every text defused, quoted where it must be, numbers as they are, lines ended by CRLF. */
export const toCsv = (rows: readonly (readonly CsvCell[])[]): string =>
  rows.map((row) => `${row.map(forSpreadsheet).join(',')}\r\n`).join('')

function forSpreadsheet(cell: CsvCell): string {
  if (typeof cell === 'string') return quoted(defuseCsvCell(cell))
  return cell !== null && Number.isFinite(cell) ? String(cell) : ''
}

/** Rows to be read back by the lab: the cells as they are. Not for spreadsheets. */
export const toPlainCsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map((cell) => quoted(cell)).join(',')}\r\n`).join('')
