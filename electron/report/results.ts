/**
 * What a run achieved, as words and tables that HTML and Markdown both render. Plain text throughout: the renderings
 * escape. Epochs are counted from 1 here, for people; JSON keeps the 0-based ones.
 */
import type { EpochMetrics, RankStep, StepMetrics } from '../../shared/domain/metrics.ts'
import { modelTitle } from '../../shared/domain/run-config.ts'
import type { RunReport } from '../../shared/domain/report.ts'
import type { RunState } from '../../shared/domain/run.ts'
import { median } from '../../shared/domain/series.ts'
import { formatCount, formatDuration, formatInterval, formatLoss, formatMs, formatPercent, formatQuantity, missing } from './format.ts'
import { accuracyInterval, phaseNames, timedSteps, type PhaseName } from './summary.ts'

export interface Figure {
  label: string
  value: string
  /** What the value rests on. */
  note: string
}

export interface Table {
  /** The first column is text, the others are numbers unless named in `textColumns`. */
  columns: string[]
  textColumns?: number[]
  rows: string[][]
}

export const phaseLabels: Record<PhaseName, string> = {
  dataMs: 'data',
  forwardBackwardMs: 'forward + backward',
  allReduceMs: 'all-reduce',
  optimizerMs: 'optimizer',
}

export const stateLabels: Record<RunState, string> = {
  starting: 'starting',
  running: 'still running',
  restarting: 'restarting',
  stopping: 'stopping',
  paused: 'paused',
  stopped: 'stopped early',
  done: 'completed',
  failed: 'failed',
  lost: 'interrupted',
}

export const ranksInWords = (worldSize: number): string => (worldSize === 1 ? '1 rank' : `${formatCount(worldSize)} ranks`)

export const titleOf = ({ record }: RunReport): string =>
  record.config.name.trim() ||
  `${modelTitle(record.config)} on ${record.dataset?.title ?? 'unread data'}, ${ranksInWords(record.config.worldSize)}`

/** Milliseconds until the last thing that was recorded. */
export const recordedMs = ({ steps, epochs }: RunReport): number | null =>
  steps.length + epochs.length === 0 ? null : Math.max(steps.at(-1)?.elapsedMs ?? 0, epochs.at(-1)?.elapsedMs ?? 0)

export function keyFigures(report: RunReport): Figure[] {
  const { summary, record } = report
  const { stepMs, bestEpoch } = summary
  const timing = stepMs === null ? 'no step timed' : `over ${formatCount(stepMs.count)} steps, warm-up left out`
  return [
    {
      label: 'Validation accuracy',
      value: formatPercent(summary.bestValidationAccuracy),
      note:
        bestEpoch === null
          ? 'no epoch was evaluated'
          : `best, after epoch ${bestEpoch + 1}; 95 % interval ${formatInterval(summary.validationAccuracyInterval)}, ${formatCount(report.epochs.find((epoch) => epoch.epoch === bestEpoch)?.validationCount)} rows`,
    },
    { label: 'Training loss, last step', value: formatLoss(summary.finalTrainLoss), note: 'nats per sample, over all ranks' },
    {
      label: 'Steps',
      value: formatCount(summary.completedSteps),
      note: `${record.totalSteps === null ? '' : `of ${formatCount(record.totalSteps)} planned, `}${formatCount(report.epochs.length)} of ${formatCount(record.config.epochs)} epochs`,
    },
    {
      label: 'Median throughput',
      value: summary.medianSamplesPerSec === null ? missing : `${formatQuantity(summary.medianSamplesPerSec)} / s`,
      note: stepMs === null ? timing : `samples over all ranks, ${timing}`,
    },
    {
      label: 'Median step time',
      value: formatMs(stepMs?.p50),
      note: stepMs === null ? timing : `p95 ${formatMs(stepMs.p95)}, p99 ${formatMs(stepMs.p99)}, ${timing}`,
    },
    {
      label: 'Recorded time',
      value: formatDuration(recordedMs(report)),
      note: record.timeToFirstStepMs === null ? 'no step was taken' : `first step after ${formatDuration(record.timeToFirstStepMs)}`,
    },
  ]
}

export function epochTable({ epochs }: RunReport): Table {
  return {
    columns: [
      'Epoch',
      'Steps',
      'Training loss',
      'Validation loss',
      'Accuracy',
      '95 % interval',
      'Samples / s',
      'Tokens / s',
      'Training',
      'Evaluation',
    ],
    rows: epochs.map((epoch) => [
      String(epoch.epoch + 1),
      formatCount(epoch.step),
      formatLoss(epoch.trainLoss),
      formatLoss(epoch.validationLoss),
      formatPercent(epoch.validationAccuracy),
      intervalOf(epoch),
      formatQuantity(epoch.samplesPerSec),
      formatQuantity(epoch.tokensPerSec),
      formatDuration(epoch.trainMs),
      formatDuration(epoch.evaluateMs),
    ]),
  }
}

const intervalOf = (epoch: EpochMetrics): string => (epoch.validationCount === 0 ? missing : formatInterval(accuracyInterval(epoch)))

export interface RankTiming {
  rank: number
  exampleCount: number
  tokenCount: number
  paddedTokenCount: number
  /** Median over the timed steps. */
  samplesPerSec: number | null
  /** Means over the middle half of the timed steps by duration: unlike medians, the phases add up to the step. */
  stepMs: number | null
  phases: Record<PhaseName, number | null>
  /** Of the forward pass by itself; null where not every step told it. */
  forwardMs: number | null
}

/** What each rank counted over all steps and how long it took over the timed ones; ordered by rank. */
export function rankTimings(report: RunReport): RankTiming[] {
  const stepsOf = (steps: readonly StepMetrics[], rank: number): RankStep[] =>
    steps.flatMap((step) => step.ranks.filter((entry) => entry.rank === rank))
  const timed = timedSteps(report.steps)
  return Array.from({ length: report.record.config.worldSize }, (_, rank) => {
    const all = stepsOf(report.steps, rank)
    const middle = middleHalf(stepsOf(timed, rank).filter((entry) => entry.stepMs > 0 && Number.isFinite(entry.stepMs)))
    return {
      rank,
      exampleCount: total(all, (entry) => entry.exampleCount),
      tokenCount: total(all, (entry) => entry.tokenCount),
      paddedTokenCount: total(all, (entry) => entry.paddedTokenCount),
      samplesPerSec: median(
        stepsOf(timed, rank)
          .map((entry) => (entry.exampleCount / entry.stepMs) * 1000)
          .filter(Number.isFinite),
      ),
      stepMs: mean(middle, (entry) => entry.stepMs),
      phases: Object.fromEntries(phaseNames.map((phase) => [phase, mean(middle, (entry) => entry.phases[phase])])) as RankTiming['phases'],
      forwardMs: middle.every(({ forwardMs }) => forwardMs !== undefined) ? mean(middle, ({ forwardMs }) => forwardMs!) : null,
    }
  })
}

/** Without the fastest and the slowest quarter. */
function middleHalf(entries: readonly RankStep[]): RankStep[] {
  const quarter = Math.floor(entries.length / 4)
  return entries.toSorted((a, b) => a.stepMs - b.stepMs).slice(quarter, entries.length - quarter)
}

const total = <T>(entries: readonly T[], of: (entry: T) => number): number => entries.reduce((sum, entry) => sum + of(entry), 0)
const mean = <T>(entries: readonly T[], of: (entry: T) => number): number | null =>
  entries.length === 0 ? null : total(entries, of) / entries.length

export const rankTableNote =
  'Counts are over all recorded steps. Times are means over the middle half of the timed steps, so that the phases add up to the step; throughput and shares are medians.'

/** One row per rank, and the whole group's share of step below them. */
export function rankTable(report: RunReport): Table {
  const shares = report.summary.phaseShares
  return {
    columns: ['Rank', 'Samples', 'Tokens', 'Padding', 'Samples / s', 'Step', ...phaseNames.map((phase) => capital(phaseLabels[phase]))],
    rows: [
      ...rankTimings(report).map((timing) => [
        `rank ${timing.rank}`,
        formatCount(timing.exampleCount),
        formatCount(timing.tokenCount),
        formatPercent(timing.paddedTokenCount > 0 ? 1 - timing.tokenCount / timing.paddedTokenCount : null),
        formatQuantity(timing.samplesPerSec),
        formatMs(timing.stepMs),
        ...phaseNames.map((phase) => formatMs(timing.phases[phase])),
      ]),
      ...(shares === null ? [] : [['share of step', '', '', '', '', '', ...phaseNames.map((phase) => formatPercent(shares[phase]))]]),
    ],
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
