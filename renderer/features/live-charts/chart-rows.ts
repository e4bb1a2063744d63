/**
 * From metric points to what a chart draws: one row for each step that is kept. A step is kept where any of its
 * lines has the lowest or highest point of its pixel, so no spike of any rank is lost. Pure functions.
 */
import type { EpochMetrics, RankStep, StepMetrics, StepPhases } from '../../../shared/domain/metrics.ts'
import { downsample, movingMean, quantile } from '../../../shared/domain/series.ts'

/** Pixels to a kept column: a line of 1.5 px cannot show more. */
const pixelsPerColumn = 2

export const rankKey = (rank: number): `rank${number}` => `rank${rank}`

export type Row = { step: number; epoch: number } & Record<string, number | null>

export const rankSamplesPerSec = (rank: RankStep): number => (rank.stepMs > 0 ? (rank.exampleCount / rank.stepMs) * 1000 : Number.NaN)

/** The steps worth drawing on `width` pixels, judged by the extremes of every line. */
function thin(steps: readonly StepMetrics[], width: number, lines: readonly ((step: StepMetrics) => number)[]): StepMetrics[] {
  const columns = Math.max(50, Math.floor(width / pixelsPerColumn))
  if (steps.length <= 2 * columns) return [...steps]
  const kept = new Set<number>()
  for (const line of lines) {
    const points = steps.map((step, index) => ({ x: index, y: line(step) }))
    for (const point of downsample(points, columns)) kept.add(point.x)
  }
  return [...kept].sort((a, b) => a - b).map((index) => steps[index]!)
}

/** A rank without examples in a step (the last one of an epoch may be short) has nothing to say of it. */
const busy = (step: StepMetrics): RankStep[] => step.ranks.filter((rank) => rank.exampleCount > 0)

const lowest =
  (of: (rank: RankStep) => number) =>
  (step: StepMetrics): number =>
    Math.min(...busy(step).map(of))
const highest =
  (of: (rank: RankStep) => number) =>
  (step: StepMetrics): number =>
    Math.max(...busy(step).map(of))

/** How many neighbours the bold line is a mean of: 1 while there are few steps, then one part in `parts` of them. */
export function trendWindow(stepCount: number, parts: number): number {
  const window = Math.round(stepCount / parts)
  return window < 3 ? 1 : window
}

/** The mean over `window` neighbours, by step. */
function trendOf(steps: readonly StepMetrics[], of: (step: StepMetrics) => number, window: number): Map<number, number> {
  const points = steps.map((step) => ({ x: step.step, y: of(step) }))
  return new Map((window === 1 ? points : movingMean(points, window)).map((point) => [point.x, point.y]))
}

/** `global`, its `trend`, one `rank<N>` each, and `validation` where an epoch ended. */
export function lossRows(steps: readonly StepMetrics[], epochs: readonly EpochMetrics[], window: number, width: number): Row[] {
  const of = (rank: RankStep): number => rank.localLoss
  const trend = trendOf(steps, (step) => step.globalLoss, window)
  const rows = new Map<number, Row>()
  for (const step of thin(steps, width, [(s) => s.globalLoss, lowest(of), highest(of)]))
    rows.set(step.step, { ...head(step), global: step.globalLoss, trend: trend.get(step.step) ?? null, ...perRank(step, of) })
  for (const epoch of epochs)
    rows.set(epoch.step, { ...(rows.get(epoch.step) ?? { step: epoch.step, epoch: epoch.epoch }), validation: epoch.validationLoss })
  return [...rows.values()].sort((a, b) => a.step - b.step)
}

/** `global`, its `trend` and one `rank<N>` each, examples per second. */
export function throughputRows(steps: readonly StepMetrics[], window: number, width: number): Row[] {
  const trend = trendOf(steps, (step) => step.samplesPerSec, window)
  return thin(steps, width, [(s) => s.samplesPerSec, lowest(rankSamplesPerSec), highest(rankSamplesPerSec)]).map((step) => ({
    ...head(step),
    global: step.samplesPerSec,
    trend: trend.get(step.step) ?? null,
    tokens: step.tokensPerSec,
    ...perRank(step, rankSamplesPerSec),
  }))
}

/** The phases of a step, milliseconds, means over the ranks, and `total`, the slowest rank's whole step. */
export function stepTimeRows(steps: readonly StepMetrics[], width: number): Row[] {
  return thin(steps, width, [highest((rank) => rank.stepMs)]).map((step) => ({
    ...head(step),
    ...meanPhases(step),
    total: highest((rank) => rank.stepMs)(step),
  }))
}

export function meanPhases(step: StepMetrics): StepPhases & Record<string, number> {
  const mean = (phase: keyof StepPhases): number =>
    step.ranks.reduce((sum, rank) => sum + rank.phases[phase], 0) / Math.max(1, step.ranks.length)
  return {
    dataMs: mean('dataMs'),
    forwardBackwardMs: mean('forwardBackwardMs'),
    allReduceMs: mean('allReduceMs'),
    optimizerMs: mean('optimizerMs'),
  }
}

/**
 * Top of an axis on which a few very long first steps (graphs being built) would flatten all others, or null
 * where nothing has to be cut off.
 */
export function cutAxis(values: readonly number[]): number | null {
  const usual = quantile(values, 0.95)
  return usual !== null && values.length >= 20 && Math.max(...values) > 2.5 * usual ? usual * 1.5 : null
}

const head = (step: StepMetrics): { step: number; epoch: number } => ({ step: step.step, epoch: step.epoch })

const perRank = (step: StepMetrics, of: (rank: RankStep) => number): Record<string, number> =>
  Object.fromEntries(busy(step).map((rank) => [rankKey(rank.rank), of(rank)]))
