/** Latency of the served model as words, a table, a chart and CSV; the renderings escape. All of it is null or empty where nothing was measured. */
import { type LoadFigures, loadFigures } from '../../../shared/benchmark/inference.ts'
import type { Benchmark } from '../../../shared/domain/benchmark.ts'
import { toCsv } from '../../../shared/domain/csv-text.ts'
import { summaryOf } from '../../../shared/domain/statistics.ts'
import { figure } from '../charts.ts'
import { type Markup, visible } from '../escape.ts'
import { formatCount, formatMs, formatPercent, formatQuantity, missing } from '../format.ts'
import type { Table } from '../results.ts'
import { type Line, legend, lineChart } from '../svg-chart.ts'

type Of = Pick<Benchmark, 'inference' | 'plan'>

const figuresOf = ({ inference }: Of): LoadFigures[] => (inference?.measured ? loadFigures(inference.measured) : [])

/** 'closed, 4 clients' */
const nameOf = ({ loop, clients, askedPerSec }: LoadFigures): string =>
  loop === 'open' ? `open, ${formatQuantity(askedPerSec)} a second` : `closed, ${clients} ${clients === 1 ? 'client' : 'clients'}`

export const inferenceTable = (benchmark: Of): Table => ({
  columns: ['Load', 'n', 'Answers / s', 'p50', 'p95', 'p99', 'p99, 95 % interval', 'Requests', 'Errors'],
  rows: figuresOf(benchmark).map((figures) => [
    nameOf(figures),
    String(figures.perSec?.each.length ?? 0),
    formatQuantity(figures.perSec?.median),
    ...[figures.p50Ms, figures.p95Ms, figures.p99Ms].map((spread) => formatMs(spread?.median)),
    summaryOf(figures.p99Ms?.each ?? [])
      ?.interval?.map(formatMs)
      .join(' – ') ?? missing,
    formatCount(figures.requests),
    formatCount(figures.errors),
  ]),
})

/** How it was measured and what comes of it; null where it was not. */
export function inferenceSentence(benchmark: Of): string | null {
  const sweep = benchmark.inference?.measured
  if (!sweep) return null
  const figures = figuresOf(benchmark)
  const closed = figures.filter(({ loop }) => loop === 'closed')
  const [one, most] = [closed[0]!, closed.reduce((best, each) => ((each.perSec?.median ?? 0) > (best.perSec?.median ?? 0) ? each : best))]
  const errors = figures.reduce((sum, each) => sum + each.errors, 0)
  const arm = benchmark.plan.arms.find(({ id }) => id === sweep.arm)?.label ?? sweep.arm
  return [
    `Inference, ${sweep.provenance}: the model that “${arm}” trained, served over HTTP on this machine with ${sweep.threads} ${sweep.threads === 1 ? 'thread' : 'threads'}, answers ${one.clients === 1 ? 'one client' : `${one.clients} clients`} in ${formatMs(one.p50Ms?.median)} (p50; p99 ${formatMs(one.p99Ms?.median)}) and at most ${formatQuantity(most.perSec?.median)} headlines a second (${most.clients} clients).`,
    errors > 0 ? ` Of all requests ${formatCount(errors)} got no right answer.` : ' Every request got a right answer.',
  ].join('')
}

/** What stands below the table. */
export function inferenceNotes({ inference }: Of): string {
  const sweep = inference?.measured
  if (!sweep) return ''
  const open = sweep.open
    ? ` In the open loop requests are due at fixed times, at ${formatPercent(sweep.open.share)} of the most that the closed loops got answered, over ${sweep.open.connections} connections, and latency counts from the time that was due.`
    : ''
  const first = sweep.closed[0]!.turns.length
  const weights = sweep.weightsSha256 === null ? '' : ` The weights: ${visible(sweep.checkpoint)}, SHA-256 ${visible(sweep.weightsSha256)}.`
  return `Medians over ${first} loads each, in turn, after one to warm up; percentiles are those of a load, over right answers. In a closed loop a client asks again when it has its answer, and latency counts from the time of sending.${open} ${formatCount(sweep.textCount)} starter headlines, one a request, asked by a process of its own on the same machine: what asking costs is taken from the same cores. Other programs took ${formatPercent(sweep.busyShare)} of them just before.${weights}`
}

/** Why nothing was measured; null where it was. */
export function inferenceMissing({ inference, plan }: Of): string | null {
  if (inference?.measured) return null
  if (inference?.error) return `latency of inference: ${inference.error.title}. ${inference.error.cause}`
  return plan.inference === null ? 'latency of inference: not asked for' : 'latency of inference: not yet'
}

const looks = [
  { key: 'p50Ms', label: 'p50', look: 'rank-0', dash: '' },
  { key: 'p95Ms', label: 'p95', look: 'rank-1', dash: '6 3' },
  { key: 'p99Ms', label: 'p99', look: 'rank-2', dash: '2 3' },
] as const

function linesOf(benchmark: Of): Line[] {
  const closed = figuresOf(benchmark).filter(({ loop }) => loop === 'closed')
  return looks.map(({ key, ...line }) => {
    const known = closed.flatMap(({ clients, [key]: summary }) => (summary === null ? [] : [{ clients, summary }]))
    return {
      ...line,
      dots: true,
      width: 1.6,
      points: known.map(({ clients, summary }) => ({ x: clients, y: summary.median })),
      whiskers: known.map(({ summary }) => [summary.min, summary.max] as const),
    }
  })
}

export function inferenceChart(benchmark: Of): Markup | null {
  if (!benchmark.inference?.measured) return null
  const lines = linesOf(benchmark)
  return lineChart({
    id: 'inference',
    title: 'Latency against clients',
    description: figuresOf(benchmark)
      .map((figures) => `${nameOf(figures)}: p50 ${formatMs(figures.p50Ms?.median)}, p99 ${formatMs(figures.p99Ms?.median)}.`)
      .join(' '),
    width: 720,
    height: 260,
    x: { label: 'clients at once, closed loop', whole: true, includes: [0] },
    y: { label: 'latency, ms', includes: [0] },
    // The highest first, so that the lowest is drawn over it.
    lines: lines.toReversed(),
  })
}

export const inferenceLegend = (benchmark: Of): Markup => legend(linesOf(benchmark))

export function inferenceFigure(benchmark: Of): Markup | null {
  const chart = inferenceChart(benchmark)
  return (
    chart &&
    figure(
      chart,
      inferenceLegend(benchmark),
      'Latency of an answer against the number of clients that ask at once: medians of the loads (dots), lowest and highest load (bars).',
      true,
      benchmark.inference!.measured!.provenance,
    )
  )
}

const columns = [
  'benchmark', 'arm', 'checkpoint', 'provenance', 'loop', 'clients', 'asked_per_sec', 'turn', 'answers_per_sec', 'p50_ms', 'p95_ms', 'p99_ms', 'requests', 'errors',
] // prettier-ignore

/** A row for each load, in full precision; texts are defused. */
export function renderInferenceCsv({ id, inference }: Benchmark): string {
  const sweep = inference?.measured
  const loads = !sweep
    ? []
    : [
        ...sweep.closed.map(({ clients, turns }) => ({ loop: 'closed', clients, askedPerSec: null, turns })),
        ...(sweep.open ? [{ loop: 'open', clients: sweep.open.connections, askedPerSec: sweep.open.perSec, turns: sweep.open.turns }] : []),
      ]
  const rows = loads.flatMap(
    ({ loop, clients, askedPerSec, turns }) =>
    turns.map((turn, index) => [
      id, visible(sweep!.arm), visible(sweep!.checkpoint), sweep!.provenance, loop, clients, askedPerSec, index + 1,
      turn.perSec, turn.p50Ms, turn.p95Ms, turn.p99Ms, turn.count, turn.errors,
    ]), // prettier-ignore
  )
  return toCsv([columns, ...rows])
}
