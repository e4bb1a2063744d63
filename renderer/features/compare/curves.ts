/**
 * From the columns of a run to curves that can be laid over those of other runs: which quantity, along which axis, smoothed or
 * not, thinned to the pixels so that no spike is lost. Pure functions on flat arrays: runs of a hundred thousand steps are too
 * many for an object a point.
 */
import { timeOfDay } from '../../../shared/domain/run-curves.ts'
import type { RunCurves, StepColumn, ValidationColumn } from '../../../shared/domain/run-curves.ts'

export const axisNames = ['step', 'epoch', 'samples', 'relative', 'wall'] as const
export type AxisName = (typeof axisNames)[number]

export const axes: Record<AxisName, { title: string; unit: string; hint: string }> = {
  step: { title: 'Step', unit: 'optimizer steps', hint: 'Optimizer updates' },
  epoch: { title: 'Epoch', unit: 'epochs', hint: 'Passes over the training rows, with fractions' },
  samples: { title: 'Samples', unit: 'samples', hint: 'Training rows seen by all ranks together' },
  relative: { title: 'Relative', unit: 'seconds since the run began', hint: 'Time that each run took; pauses do not count' },
  wall: { title: 'Wall', unit: 'time of day', hint: 'When it happened' },
}

interface Quantity {
  title: string
  unit: string
  digits: number
  /** Measured in each step, or in each validation. */
  of: { steps: StepColumn } | { validations: ValidationColumn }
  /** The lowest and the highest rank of each step, where ranks differ. */
  band?: [low: StepColumn, high: StepColumn]
  /** Shares of one are looked at on a straight scale. */
  mayBeLog: boolean
}

export const quantityNames = [
  'loss',
  'validationAccuracy',
  'validationLoss',
  'samplesPerSec',
  'stepMs',
  'gradNorm',
  'learningRate',
] as const
export type QuantityName = (typeof quantityNames)[number]

export const quantities: Record<QuantityName, Quantity> = {
  loss: {
    title: 'Training loss',
    unit: 'nats per example',
    digits: 4,
    of: { steps: 'loss' },
    band: ['lowestLoss', 'highestLoss'],
    mayBeLog: true,
  },
  validationAccuracy: {
    title: 'Validation accuracy',
    unit: 'share of rows',
    digits: 4,
    of: { validations: 'validationAccuracy' },
    mayBeLog: false,
  },
  validationLoss: {
    title: 'Validation loss',
    unit: 'nats per example',
    digits: 4,
    of: { validations: 'validationLoss' },
    mayBeLog: true,
  },
  samplesPerSec: { title: 'Throughput', unit: 'samples per second', digits: 1, of: { steps: 'samplesPerSec' }, mayBeLog: true },
  stepMs: {
    title: 'Step time',
    unit: 'ms, slowest rank',
    digits: 2,
    of: { steps: 'stepMs' },
    band: ['fastestMs', 'stepMs'],
    mayBeLog: true,
  },
  gradNorm: { title: 'Gradient norm', unit: 'before clipping', digits: 4, of: { steps: 'gradNorm' }, mayBeLog: true },
  learningRate: { title: 'Learning rate', unit: 'of the step', digits: 7, of: { steps: 'learningRate' }, mayBeLog: true },
}

/** Values in order of `x`; both are as long as each other. */
export interface Series {
  x: readonly number[]
  y: readonly number[]
  /** Places that no line crosses: on the clock, where the run was resumed. */
  breaks: readonly number[]
}

/** Of a run on an axis. */
export interface Positions {
  steps: number[]
  validations: number[]
  breaks: number[]
}

/** Where each step lies on `axis`, and each validation: where its step does, or when it was over. Where the number of training rows is not known, epochs are whole. */
export function positions({ record, steps, validations }: RunCurves, axis: AxisName): Positions {
  if (axis === 'relative') {
    const at = (ms: number): number => ms / 1000
    return { steps: steps.elapsedMs.map(at), validations: validations.elapsedMs.map(at), breaks: [] }
  }
  if (axis === 'wall') {
    const at = (ms: number): number => timeOfDay(record, ms) / 1000
    const breaks = record.resumes.map((resume) => Date.parse(resume.at) / 1000)
    return { steps: steps.elapsedMs.map(at), validations: validations.elapsedMs.map(at), breaks }
  }
  const ofSteps = axis === 'step' ? steps.step : axis === 'samples' ? samplesSeen(steps) : epochsPassed(steps, record.trainCount)
  const ofValidations = validations.step.map((step) => {
    const index = lowerBound(steps.step, step)
    return steps.step[index] === step ? ofSteps[index]! : Number.NaN
  })
  return { steps: ofSteps, validations: ofValidations, breaks: [] }
}

function samplesSeen({ exampleCount }: RunCurves['steps']): number[] {
  let samples = 0
  return exampleCount.map((count) => (samples += count))
}

/** Counted anew in each epoch: samplers that repeat or drop rows to make shares even drift away otherwise. */
function epochsPassed({ epoch, exampleCount }: RunCurves['steps'], trainCount: number | null): number[] {
  let samples = 0
  return epoch.map((of, index) => {
    samples = (of === epoch[index - 1] ? samples : 0) + exampleCount[index]!
    return of + (trainCount ? Math.min(1, samples / trainCount) : 0)
  })
}

export interface Band extends Omit<Series, 'y'> {
  low: readonly number[]
  high: readonly number[]
}

export interface Curve {
  /** As measured. */
  raw: Series
  /** Means over a window of steps; the same as `raw` where nothing is smoothed, and for validations. */
  smooth: Series
  /** Lowest and highest rank of each step; null where ranks do not differ. */
  band: Band | null
}

/** One quantity of a run, `window` 1: not smoothed. `at`: the run's positions on the axis. */
export function curveOf(run: RunCurves, name: QuantityName, window: number, at: Positions): Curve {
  const { breaks } = at
  const { of, band } = quantities[name]
  if ('validations' in of) {
    // A validation whose step was lost has no place on an axis of steps.
    const placed = (_: number, index: number): boolean => Number.isFinite(at.validations[index])
    const series = { x: at.validations.filter(Number.isFinite), y: run.validations[of.validations].filter(placed), breaks }
    return { raw: series, smooth: series, band: null }
  }
  const raw = { x: at.steps, y: run.steps[of.steps], breaks }
  return {
    raw,
    smooth: window > 1 ? { ...raw, y: movingMeans(raw.y, window) } : raw,
    band: band && run.record.config.worldSize > 1 ? { x: raw.x, low: run.steps[band[0]], high: run.steps[band[1]], breaks } : null,
  }
}

/** Each value with the mean of its neighbourhood of `window` values, fewer at both ends. */
export function movingMeans(values: readonly number[], window: number): number[] {
  const sums = new Float64Array(values.length + 1)
  for (let index = 0; index < values.length; index++) sums[index + 1] = sums[index]! + values[index]!
  const before = Math.floor((window - 1) / 2)
  return values.map((_, index) => {
    const from = Math.max(0, index - before)
    const to = Math.min(values.length, index - before + window)
    return (sums[to]! - sums[from]!) / (to - from)
  })
}

export interface Range {
  from: number
  to: number
}

/** Index of the first value at or after `x`. Values are in order. */
function lowerBound(values: readonly number[], x: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! < x) low = middle + 1
    else high = middle
  }
  return low
}

/** First and last index (not included) of what is in `range`, and one point on each side, so that lines leave the picture where they should. */
export function within(x: readonly number[], { from, to }: Range): [first: number, end: number] {
  return [Math.max(0, lowerBound(x, from) - 1), Math.min(x.length, lowerBound(x, to) + 1)]
}

/** Points to be drawn, x in strict order; null: the line is broken there. */
export interface Drawn {
  x: number[]
  y: (number | null)[]
}

/**
 * What is drawn of `series` on so many `columns` (pixels or pairs of them) of `range`: of each column the lowest and the
 * highest point, so no spike is lost. What `isShown` refuses (zero on a logarithmic scale) is left out.
 */
export function thin({ x, y, breaks }: Series, range: Range, columns: number, isShown: (y: number) => boolean = Number.isFinite): Drawn {
  const drawn: Drawn = { x: [], y: [] }
  const put = strictlyAfter(range)
  const add = (at: number, value: number | null): void => {
    drawn.x.push(put(at))
    drawn.y.push(value)
  }
  for (const { first, end, breakBefore, at } of columnsOf(x, breaks, range, columns, 2 * columns)) {
    if (breakBefore !== null && drawn.x.length > 0) add(breakBefore, null)
    let lowest = -1
    let highest = -1
    for (let index = first; index < end; index++) {
      const value = y[index]!
      if (!isShown(value)) continue
      if (lowest < 0 || value < y[lowest]!) lowest = index
      if (highest < 0 || value > y[highest]!) highest = index
    }
    if (lowest < 0) continue
    const [one, other] = [Math.min(lowest, highest), Math.max(lowest, highest)]
    add(at(0, x[one]!), y[one]!)
    if (other > one) add(at(1, x[other]!), y[other]!)
  }
  return drawn
}

export interface DrawnBand {
  x: number[]
  low: (number | null)[]
  high: (number | null)[]
}

/** The band thinned to columns: of each the lowest and the highest. */
export function thinBand(band: Band, range: Range, columns: number, isShown: (y: number) => boolean = Number.isFinite): DrawnBand {
  const drawn: DrawnBand = { x: [], low: [], high: [] }
  const put = strictlyAfter(range)
  const add = (at: number, low: number | null, high: number | null): void => {
    drawn.x.push(put(at))
    drawn.low.push(low)
    drawn.high.push(high)
  }
  for (const { first, end, breakBefore, at } of columnsOf(band.x, band.breaks, range, columns, columns)) {
    if (breakBefore !== null && drawn.x.length > 0) add(breakBefore, null, null)
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let index = first; index < end; index++) {
      if (isShown(band.low[index]!)) low = Math.min(low, band.low[index]!)
      if (isShown(band.high[index]!)) high = Math.max(high, band.high[index]!)
    }
    if (low <= high) add(at(0, band.x[first]!), low, high)
  }
  return drawn
}

interface Column {
  /** Indices of its points, `end` not included. */
  first: number
  end: number
  /** The line was broken since the column before. */
  breakBefore: number | null
  /**
   * Where its first or second point is drawn, which lies at `x`: at the same place for every curve, so that curves joined by
   * their x have few of them. Nobody sees a shift of a pixel.
   */
  at(which: 0 | 1, x: number): number
}

/** The points in `range`, column by column, those beside it in columns of their own; where there are no more than `few`, each alone. */
function* columnsOf(x: readonly number[], breaks: readonly number[], range: Range, columns: number, few: number): Generator<Column> {
  const [start, stop] = within(x, range)
  const perX = columns / (range.to - range.from)
  const columnAt = (at: number): number =>
    at < range.from ? -1 : at > range.to ? columns : Math.min(columns - 1, Math.floor((at - range.from) * perX))
  const isFew = stop - start <= few
  for (let first = start; first < stop;) {
    const column = columnAt(x[first]!)
    let end = first + 1
    while (!isFew && end < stop && columnAt(x[end]!) === column) end++
    const breakBefore = first === start ? null : (breaks.find((at) => at > x[first - 1]! && at <= x[first]!) ?? null)
    const isOwnPlace = isFew || column < 0 || column === columns
    yield { first, end, breakBefore, at: (which, own) => (isOwnPlace ? own : range.from + (column + 0.25 + which / 2) / perX) }
    first = end
  }
}

/** Two steps in the same millisecond are drawn one after the other: curves are joined by their x, and one of them would be lost. */
function strictlyAfter({ from, to }: Range): (x: number) => number {
  const least = (to - from) * 1e-7
  let last = Number.NEGATIVE_INFINITY
  return (x) => (last = x > last ? x : last + least)
}

/** Index of the point nearest to `x`; null before the first and after the last point, by more than two of the usual distances. */
export function nearest({ x: xs }: Series, x: number): number | null {
  if (xs.length === 0) return null
  const [first, last] = [xs[0]!, xs[xs.length - 1]!]
  const reach = xs.length > 1 ? (2 * (last - first)) / (xs.length - 1) : Number.POSITIVE_INFINITY
  if (x < first - reach || x > last + reach) return null
  const after = lowerBound(xs, x)
  const [a, b] = [Math.max(0, after - 1), Math.min(xs.length - 1, after)]
  return Math.abs(xs[a]! - x) <= Math.abs(xs[b]! - x) ? a : b
}

/** The value there, or null. */
export function valueAt(series: Series, x: number): number | null {
  const index = nearest(series, x)
  return index === null ? null : series.y[index]!
}
