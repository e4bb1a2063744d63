/**
 * The charts of a run's report: which series, from which measurements, drawn how. Each is a figure with its number,
 * caption and legend. With one rank there are no per-rank lines: they would lie under the global one.
 */
import type { StepMetrics } from '../../shared/domain/metrics.ts'
import type { RunReport } from '../../shared/domain/report.ts'
import { median, movingMean, rankStyle, type Point } from '../../shared/domain/series.ts'
import { html, type Markup } from './escape.ts'
import { formatCount, formatDuration, formatLoss, formatPercent, formatQuantity } from './format.ts'
import { allReduceNote, rankTimings } from './results.ts'
import { accuracyInterval } from './summary.ts'
import { legend, lineChart, type Line, type LineChart } from './svg-chart.ts'
import { phaseChart, phaseLegend } from './svg-phases.ts'

const wide = 720
const half = 352

/** `recorded` is false where there is nothing to draw: then there is nothing that was measured, and no key to it. */
export function figure(chart: Markup, key: Markup, caption: string, recorded: boolean, provenance = 'measured'): Markup {
  return html`<figure>
    ${chart}${recorded ? key : null}
    <figcaption>${caption} ${recorded ? html`<span class="tag">${provenance}</span>` : null}</figcaption>
  </figure>`
}

function lineFigure({ provenance }: RunReport, chart: LineChart, caption: string): Markup {
  const recorded = chart.lines.some((line) => line.points.length > 0)
  return figure(lineChart(chart), legend([...chart.lines].reverse()), caption, recorded, provenance)
}

/** The whole group's line on top of the ranks'. Of many steps, a mean over neighbours is drawn over the band that they form. */
function groupLines(label: string, points: readonly Point[]): Line[] {
  const window = Math.round(points.length / 60)
  if (window < 3) return [{ label, points, look: 'group', width: 1.8 }]
  return [
    { label: `${label}, each step`, points, look: 'group-steps', width: 0.7 },
    { label: `${label}, mean of ${window} steps`, points: movingMean(points, window), look: 'group', width: 1.8 },
  ]
}

/** One thin line per rank, below whatever else the chart shows. */
function rankLines({ record, steps }: RunReport, at: (step: StepMetrics, rank: StepMetrics['ranks'][number]) => Point): Line[] {
  const { worldSize } = record.config
  if (worldSize === 1) return []
  return Array.from({ length: worldSize }, (_, index) => {
    const rank = worldSize - 1 - index
    const { color, dash, label } = rankStyle(rank)
    const points = steps.flatMap((step) =>
      step.ranks.filter((entry) => entry.rank === rank && entry.exampleCount > 0).map((entry) => at(step, entry)),
    )
    return { label, points, look: `rank-${color}`, dash, width: 0.9 }
  })
}

export function lossFigure(report: RunReport): Markup {
  const { steps, epochs } = report
  const validation: Line = {
    label: 'validation, whole split',
    look: 'validation',
    points: epochs.map((epoch) => ({ x: epoch.step, y: epoch.validationLoss })),
    dots: true,
    dash: '1 3',
  }
  const training = groupLines(
    'training, all ranks',
    steps.map((step) => ({ x: step.step, y: step.globalLoss })),
  )
  const first = steps[0]
  const last = steps.at(-1)
  return lineFigure(
    report,
    {
      id: 'loss',
      title: 'Loss of each step',
      description:
        first === undefined || last === undefined
          ? 'No step was recorded.'
          : `Training loss over all ranks from ${formatLoss(first.globalLoss)} at step ${first.step} to ${formatLoss(last.globalLoss)} at step ${last.step}. Validation loss after the last epoch: ${formatLoss(epochs.at(-1)?.validationLoss)}.`,
      width: wide,
      height: 290,
      x: { label: 'step (optimizer update)', whole: true, includes: [0] },
      y: { label: 'cross-entropy, nats per sample', includes: [0] },
      lines: [...rankLines(report, (step, rank) => ({ x: step.step, y: rank.localLoss })), ...training, validation],
      marks: epochs.length > 12 ? [] : epochs.map((epoch) => ({ axis: 'x' as const, at: epoch.step, label: `epoch ${epoch.epoch + 1}` })),
    },
    'Loss of each step: mean over the global batch, and of each rank over its own share of it. Dots: loss on the validation split, dropout off.',
  )
}

export function epochFigures(report: RunReport): Markup {
  const { epochs, record } = report
  const at = (y: (epoch: (typeof epochs)[number]) => number): Point[] => epochs.map((epoch) => ({ x: epoch.epoch + 1, y: y(epoch) }))
  const { dataset } = record
  const largestClass = dataset === null || dataset.rowCount === 0 ? null : Math.max(...dataset.classCounts) / dataset.rowCount
  const x = { label: 'epoch', whole: true, includes: [0.7, (epochs.at(-1)?.epoch ?? 0) + 1.3] }
  return html`<div class="pair">
    ${lineFigure(
      report,
      {
        id: 'epoch-loss',
        title: 'Loss of each epoch',
        description:
          epochs
            .map(
              (epoch) =>
                `Epoch ${epoch.epoch + 1}: training ${formatLoss(epoch.trainLoss)}, validation ${formatLoss(epoch.validationLoss)}.`,
            )
            .join(' ') || 'No epoch was finished.',
        width: half,
        height: 230,
        x,
        y: { label: 'cross-entropy, nats per sample', includes: [0] },
        lines: [
          { label: 'validation', look: 'validation', points: at((epoch) => epoch.validationLoss), dots: true, dash: '1 3', width: 1.6 },
          { label: 'training', look: 'group', points: at((epoch) => epoch.trainLoss), dots: true, width: 1.6 },
        ],
      },
      'Mean loss of each epoch. Training is with dropout, validation without.',
    )}${lineFigure(
      report,
      {
        id: 'epoch-accuracy',
        title: 'Validation accuracy of each epoch',
        description:
          epochs.map((epoch) => `Epoch ${epoch.epoch + 1}: ${formatPercent(epoch.validationAccuracy)}.`).join(' ') ||
          'No epoch was finished.',
        width: half,
        height: 230,
        x,
        y: { label: 'validation accuracy', percent: true, includes: [0, 1] },
        lines: [
          {
            label: 'accuracy and its 95 % interval',
            look: 'validation',
            points: at((epoch) => epoch.validationAccuracy),
            dots: true,
            dash: '1 3',
            width: 1.6,
            whiskers: epochs.map(accuracyInterval),
          },
        ],
        marks:
          largestClass === null ? [] : [{ axis: 'y', at: largestClass, label: `always the largest class: ${formatPercent(largestClass)}` }],
      },
      'Accuracy on the whole validation split, every row once, with its Wilson interval.',
    )}
  </div>`
}

export function throughputFigure(report: RunReport): Markup {
  const { steps, summary } = report
  const perRank = rankLines(report, (step, rank) => ({ x: step.elapsedMs / 1000, y: (rank.exampleCount / rank.stepMs) * 1000 }))
  const rates = steps.map((step) => step.samplesPerSec).filter(Number.isFinite)
  return lineFigure(
    report,
    {
      id: 'throughput',
      title: 'Throughput over time',
      description: `Median over all ranks ${formatQuantity(summary.medianSamplesPerSec)} samples per second, warm-up left out; of all ${formatCount(steps.length)} steps ${formatQuantity(median(rates))}. Recorded until ${formatDuration(steps.at(-1)?.elapsedMs)}.`,
      width: wide,
      height: 250,
      x: { label: 'seconds since the run began', includes: [0] },
      y: { label: 'samples per second', includes: [0] },
      lines: [
        ...perRank,
        ...groupLines(
          'all ranks',
          steps.map((step) => ({ x: step.elapsedMs / 1000, y: step.samplesPerSec })),
        ),
      ],
    },
    'Throughput of each step: samples of the global batch over the slowest rank’s step time, and of each rank over its own.',
  )
}

export function phaseFigure(report: RunReport): Markup {
  const timings = rankTimings(report).map((timing) => ({ ...timing, label: `rank ${timing.rank}` }))
  return figure(
    phaseChart('phases', 'Where a step’s time goes', timings, wide),
    phaseLegend(timings),
    `One step of each rank, phase after phase: means over the middle half of the timed steps. ${allReduceNote(report)}`,
    report.summary.stepMs !== null,
    report.provenance,
  )
}
