/** The two pictures of a benchmark: throughput of each repetition with the median's interval, and where a step's time goes. */
import { type BenchmarkFacts, provenances } from './facts.ts'
import { figure } from '../charts.ts'
import { html, type Markup } from '../escape.ts'
import { formatQuantity } from '../format.ts'
import { text } from '../svg-chart.ts'
import { phaseChart, phaseLegend } from '../svg-phases.ts'
import { scaleOf } from '../svg-scale.ts'

const width = 720
const rowHeight = 38

export const throughputFigure = (facts: BenchmarkFacts): Markup =>
  figure(
    throughputChart(facts),
    html``,
    'Throughput of each repetition (dots), its median (line) and the 95 % bootstrap interval of the median (bar). The axis begins at zero.',
    facts.results.some(({ done }) => done.length > 0),
    provenances(facts),
  )

export function throughputChart({ results }: BenchmarkFacts): Markup {
  const left = Math.max(70, 16 + 6.5 * Math.max(...results.map(({ arm }) => arm.label.length), 0))
  const right = width - 16
  const bottom = results.length * rowHeight + 6
  const rates = results.map(({ done }) =>
    done.map(({ measured }) => measured.sampleCount / measured.stepMs.reduce((sum, ms) => sum + ms / 1000, 0)),
  )
  const x = scaleOf(rates.flat(), { label: 'samples per second', includes: [0] }, left, right, 90, 'at ticks')
  return html`<svg class="chart" viewBox="0 0 ${width} ${bottom + 44}" role="img" aria-labelledby="rates-title rates-desc">
    <title id="rates-title">Throughput of each arm</title>
    <desc id="rates-desc">
      ${results.map(({ arm, samplesPerSec }) => `${arm.label}: median ${formatQuantity(samplesPerSec?.median)} samples per second.`).join(' ')}
    </desc>
    ${x.ticks.map((tick) => html`<path class="grid" d="M${tick.at.toFixed(1)} 6V${bottom}" />${text(tick.label, tick.at, bottom + 17, 'middle')}`)}
    ${results.map(({ arm, samplesPerSec }, row) => {
      const middle = 6 + (row + 0.5) * rowHeight
      const summary =
        samplesPerSec === null
          ? text('none that ended well', left + 8, middle + 4, 'start')
          : html`${
                samplesPerSec.interval === null
                  ? null
                  : html`<rect
                      class="phase forwardBackwardMs"
                      opacity="0.35"
                      x="${x.at(samplesPerSec.interval[0]).toFixed(1)}"
                      y="${middle - 9}"
                      width="${Math.max(1, x.at(samplesPerSec.interval[1]) - x.at(samplesPerSec.interval[0])).toFixed(1)}"
                      height="18"
                    />`
              }<path class="line group" d="M${x.at(samplesPerSec.median).toFixed(1)} ${middle - 13}v26" stroke-width="2" />`
      return html`${text(arm.label, left - 8, middle + 4, 'end', 'row-label')}${summary}${rates[row]!.map(
        (rate) => html`<circle class="dot rank-${row % 8}" cx="${x.at(rate).toFixed(1)}" cy="${middle}" r="3.2" />`,
      )}`
    })}
    <path class="axis" d="M${left} 6V${bottom}" />
    ${text('samples per second, all ranks together', right, bottom + 38, 'end', 'unit')}
  </svg>`
}

export function waterfallFigure(facts: BenchmarkFacts): Markup {
  const timings = timingsOf(facts)
  return figure(
    phaseChart('waterfall', 'Where a step’s time goes in each arm', timings, width),
    phaseLegend(timings),
    'Means over all measured steps. All-reduce is what was exposed: the time in which a rank could do nothing else. Other is idle time, such as waiting for the slowest rank.',
    timings.some(({ stepMs }) => stepMs !== null),
    provenances(facts),
  )
}

export const waterfallChart = (facts: BenchmarkFacts): Markup =>
  phaseChart('waterfall', 'Where a step’s time goes in each arm', timingsOf(facts), width)

export const waterfallLegend = (facts: BenchmarkFacts): Markup => phaseLegend(timingsOf(facts))

const timingsOf = ({ results }: BenchmarkFacts) =>
  results.map(({ arm, phases }) => ({
    label: arm.label,
    stepMs: phases && phases.dataMs + phases.forwardBackwardMs + phases.allReduceMs + phases.optimizerMs + phases.idleMs,
    phases: phases ?? { dataMs: null, forwardBackwardMs: null, allReduceMs: null, optimizerMs: null },
  }))
