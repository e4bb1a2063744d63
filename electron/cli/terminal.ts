/** Writing for people: colours and rewritten lines on a terminal, plain text elsewhere and where NO_COLOR is set. */
import type { LabErrorInfo } from '../../shared/contract/errors.ts'

export interface Terminal {
  /** Lines can be rewritten and coloured. */
  readonly live: boolean
  readonly columns: number
  write(text: string): void
}

export const stdoutTerminal: Terminal = {
  get live() {
    return process.stdout.isTTY === true && process.env['TERM'] !== 'dumb'
  },
  get columns() {
    return process.stdout.columns || 80
  },
  write: (text) => void process.stdout.write(text),
}

const coloured = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && !process.env['NO_COLOR']
const paint =
  (code: string, stream: NodeJS.WriteStream) =>
  (text: string): string =>
    coloured(stream) ? `\x1b[${code}m${text}\x1b[0m` : text

export const bold = paint('1', process.stdout)
export const dim = paint('2', process.stdout)

/** Three lines on stderr: what happened, why, what to do. */
export function printError({ title, cause, suggestion }: LabErrorInfo): void {
  const red = paint('31', process.stderr)
  process.stderr.write(`${red(`✖ ${plain(title)}`)}\n  why: ${plain(cause)}\n  do:  ${plain(suggestion)}\n`)
}

/** Text from outside (file names, labels, headlines) without control characters: none may command the terminal. */
export const plain = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ')

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`

export const count = (value: number): string => Math.round(value).toLocaleString('en-US')

/** '8 s', '2 min 05 s', '1 h 12 min'. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`
}

/** A bar of `width` cells of which `share` (0 … 1) are full. */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width)
  return '█'.repeat(full) + '░'.repeat(width - full)
}

/** Columns padded to their widest cell; the first to the left, numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '))
    .join('\n')
}
