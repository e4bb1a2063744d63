/** The two pictures of a benchmark: throughput of each repetition with the median's interval, and where a step's time goes. */
import { samplesPerSecOf } from '../../../shared/benchmark/analysis.ts'
import { type BenchmarkFacts, forwardNoteOf, provenances } from './facts.ts'
import { figure } from '../charts.ts'
import { html, type Markup } from '../escape.ts'
import { formatQuantity } from '../format.ts'
import { phaseChart, phaseLegend } from '../svg-phases.ts'
import { dotRows, width } from './dot-rows.ts'

export const throughputFigure = (facts: BenchmarkFacts): Markup =>
  figure(
    throughputChart(facts),
    html``,
    'Throughput of each repetition (dots), its median (line) and the 95 % bootstrap interval of the median (bar). The axis begins at zero.',
    facts.results.some(({ done }) => done.length > 0),
    provenances(facts),
  )

export const throughputChart = ({ results }: BenchmarkFacts): Markup =>
  dotRows({
    id: 'rates',
    title: 'Throughput of each arm',
    description: results
      .map(({ arm, samplesPerSec }) => `${arm.label}: median ${formatQuantity(samplesPerSec?.median)} samples per second.`)
      .join(' '),
    axis: 'samples per second',
    unit: 'samples per second, all ranks together',
    rows: results.map(({ arm, done, samplesPerSec }) => ({
      label: arm.label,
      values: done.map(({ measured }) => samplesPerSecOf(measured)),
      median: samplesPerSec?.median ?? null,
      interval: samplesPerSec?.interval ?? null,
      remark: samplesPerSec === null ? 'none that ended well' : null,
    })),
  })

export function waterfallFigure(facts: BenchmarkFacts): Markup {
  const timings = timingsOf(facts)
  return figure(
    phaseChart('waterfall', 'Where a step’s time goes in each arm', timings, width),
    phaseLegend(timings),
    `Means over all measured steps. All-reduce is what was exposed: the time in which a rank could do nothing else. Idle is the rest, such as waiting for the slowest rank.${timings.some(({ forwardMs }) => forwardMs !== null) ? ` ${forwardNoteOf(facts)}` : ''}`,
    timings.some(({ stepMs }) => stepMs !== null),
    provenances(facts),
  )
}

export const waterfallChart = (facts: BenchmarkFacts): Markup =>
  phaseChart('waterfall', 'Where a step’s time goes in each arm', timingsOf(facts), width)

export const waterfallLegend = (facts: BenchmarkFacts): Markup => phaseLegend(timingsOf(facts))

/** Bars are cut alike: forward and backward apart where every arm tells them. */
const tellsForward = ({ results }: BenchmarkFacts): boolean =>
  results.every(({ phases, forwardMs }) => phases === null || forwardMs !== null)

const timingsOf = (facts: BenchmarkFacts) =>
  facts.results.map(({ arm, phases, forwardMs }) => ({
    label: arm.label,
    stepMs: phases && phases.dataMs + phases.forwardBackwardMs + phases.allReduceMs + phases.optimizerMs + phases.idleMs,
    phases: phases ?? { dataMs: null, forwardBackwardMs: null, allReduceMs: null, optimizerMs: null },
    forwardMs: tellsForward(facts) ? forwardMs : null,
  }))
