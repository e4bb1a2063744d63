/**
 * A text as one cell of a CSV that a spreadsheet shows as text: quoted where it must be (RFC 4180), and with an apostrophe
 * before it where it begins like a formula (= + - @, tab, line end), so that opening a file computes nothing.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  const defused = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused
}

export const csvRow = (cells: readonly (string | number | null)[]): string => `${cells.map(csvCell).join(',')}\r\n`
