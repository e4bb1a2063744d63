/** What a benchmark says: rows of a table, each a ratio of two things measured in turn, in text and as JSON. */
import { writeFileSync } from 'node:fs'
import { arch, cpus, platform, totalmem } from 'node:os'

export interface BenchRow {
  /** 'engine', 'optimizer' … */
  bench: string
  name: string
  /** Medians, in `unit`. */
  ours: number
  /** Null where the peer is missing or there is none. */
  peer: number | null
  unit: string
  /** What the peer is: 'PyTorch 1.13.1', 'one rank'. */
  peerName: string
  /** How many times better we are, the median over pairs; null without a peer. */
  ratio: number | null
  /** Smallest ratio that is acceptable, and the one aimed at; absent: the row only informs. */
  must?: number
  goal?: number
  /** Number of pairs (or of measurements, without a peer). */
  count: number
  note?: string
}

export interface BenchReport {
  format: 'distrinews-bench'
  version: 1
  generatedAt: string
  machine: { cpu: string; cores: number; memoryBytes: number; system: string; node: string }
  rows: BenchRow[]
  /** Benchmarks that could not run here, and why. */
  skipped: { bench: string; reason: string }[]
}

export function makeReport(rows: BenchRow[], skipped: BenchReport['skipped']): BenchReport {
  const machine = {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
  }
  return { format: 'distrinews-bench', version: 1, generatedAt: new Date().toISOString(), machine, rows, skipped }
}

export const writeReport = (file: string, report: BenchReport): void => writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)

/** Rows whose must is missed; a row without a ratio misses nothing. */
export const missed = (rows: readonly BenchRow[]): BenchRow[] =>
  rows.filter(({ ratio, must }) => must !== undefined && ratio !== null && ratio < must)

/** The row that is furthest below (or least above) its must. */
export function worst(rows: readonly BenchRow[]): BenchRow | null {
  const judged = rows.filter(({ ratio, must }) => ratio !== null && must !== undefined)
  const margin = ({ ratio, must }: BenchRow): number => ratio! / must!
  return judged.reduce<BenchRow | null>((least, row) => (least === null || margin(row) < margin(least) ? row : least), null)
}

const figure = (value: number): string => (value >= 1000 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3))

/** 1.1, 0.77 */
export const rounded = (ratio: number): string => String(Number(ratio.toFixed(2)))

export function formatTable(rows: readonly BenchRow[]): string {
  const head = ['benchmark', 'ours', 'peer', 'unit', 'ratio', 'must', 'goal', 'n', '']
  const lines = rows.map((row) => [
    `${row.bench} · ${row.name}`,
    figure(row.ours),
    row.peer === null ? '–' : `${figure(row.peer)} (${row.peerName})`,
    row.unit,
    row.ratio === null ? '–' : `${row.ratio.toFixed(2)}×`,
    row.must === undefined ? '' : `≥ ${rounded(row.must)}`,
    row.goal === undefined ? '' : rounded(row.goal),
    String(row.count),
    [verdict(row), row.note].filter(Boolean).join(', '),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]!.length)))
  const isText = (column: number): boolean => [0, 2, 3, 8].includes(column)
  const format = (line: string[]): string =>
    line
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd()
  return [head, ...lines].map(format).join('\n')
}

function verdict({ ratio, must, goal }: BenchRow): string {
  if (ratio === null || must === undefined) return ''
  if (ratio < must) return 'missed'
  return goal !== undefined && ratio >= goal ? 'goal' : 'ok'
}
