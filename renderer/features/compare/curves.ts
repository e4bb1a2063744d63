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
}

/** Where each step lies on `axis`, and each validation: where its step does, or when it was over. Where the number of training rows is not known, epochs are whole. */
export function positions({ record, steps, validations }: RunCurves, axis: AxisName): { steps: number[]; validations: number[] } {
  if (axis === 'relative' || axis === 'wall') {
    const at = (ms: number): number => (axis === 'wall' ? timeOfDay(record, ms) : ms) / 1000
    return { steps: steps.elapsedMs.map(at), validations: validations.elapsedMs.map(at) }
  }
  const ofSteps = axis === 'step' ? steps.step : axis === 'samples' ? samplesSeen(steps) : epochsPassed(steps, record.trainCount)
  const ofValidations = validations.step.map((step) => {
    const index = lowerBound(steps.step, step)
    return steps.step[index] === step ? ofSteps[index]! : Number.NaN
  })
  return { steps: ofSteps, validations: ofValidations }
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

export interface Curve {
  /** As measured. */
  raw: Series
  /** Means over a window of steps; the same as `raw` where nothing is smoothed, and for validations. */
  smooth: Series
  /** Lowest and highest rank of each step; null where ranks do not differ. */
  band: { x: readonly number[]; low: readonly number[]; high: readonly number[] } | null
}

/** One quantity of a run, `window` 1: not smoothed. `at`: the run's positions on the axis. */
export function curveOf(run: RunCurves, name: QuantityName, window: number, at: ReturnType<typeof positions>): Curve {
  const { of, band } = quantities[name]
  if ('validations' in of) {
    // A validation whose step was lost has no place on an axis of steps.
    const placed = (_: number, index: number): boolean => Number.isFinite(at.validations[index])
    const series = { x: at.validations.filter(Number.isFinite), y: run.validations[of.validations].filter(placed) }
    return { raw: series, smooth: series, band: null }
  }
  const raw = { x: at.steps, y: run.steps[of.steps] }
  return {
    raw,
    smooth: window > 1 ? { x: raw.x, y: movingMeans(raw.y, window) } : raw,
    band: band && run.record.config.worldSize > 1 ? { x: raw.x, low: run.steps[band[0]], high: run.steps[band[1]] } : null,
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

/** Points to be drawn, x in strict order. */
export interface Drawn {
  x: number[]
  y: number[]
}

/**
 * What is drawn of `series` on so many `columns` (pixels or pairs of them) of `range`: of each column the lowest and the
 * highest point, so no spike is lost. What `isShown` refuses (zero on a logarithmic scale) is left out.
 */
export function thin({ x, y }: Series, range: Range, columns: number, isShown: (y: number) => boolean = Number.isFinite): Drawn {
  const drawn: Drawn = { x: [], y: [] }
  const put = strictlyAfter(range)
  const keep = (index: number): void => {
    drawn.x.push(put(x[index]!))
    drawn.y.push(y[index]!)
  }
  const [first, end] = within(x, range)
  const isFew = end - first <= 2 * columns
  const columnOf = columnsOf(range, columns)
  for (let index = first; index < end;) {
    let lowest = -1
    let highest = -1
    const column = columnOf(x[index]!)
    do {
      const value = y[index]!
      if (isShown(value)) {
        if (lowest < 0 || value < y[lowest]!) lowest = index
        if (highest < 0 || value > y[highest]!) highest = index
      }
      index++
    } while (!isFew && index < end && columnOf(x[index]!) === column)
    if (lowest < 0) continue
    keep(Math.min(lowest, highest))
    if (lowest !== highest) keep(Math.max(lowest, highest))
  }
  return drawn
}

/** The band thinned to columns: of each the lowest and the highest. */
export function thinBand(band: NonNullable<Curve['band']>, range: Range, columns: number): { x: number[]; low: number[]; high: number[] } {
  const drawn: ReturnType<typeof thinBand> = { x: [], low: [], high: [] }
  const put = strictlyAfter(range)
  const [first, end] = within(band.x, range)
  const isFew = end - first <= columns
  const columnOf = columnsOf(range, columns)
  for (let index = first; index < end;) {
    const column = columnOf(band.x[index]!)
    let [low, high] = [band.low[index]!, band.high[index]!]
    drawn.x.push(put(band.x[index]!))
    while (++index < end && !isFew && columnOf(band.x[index]!) === column) {
      low = Math.min(low, band.low[index]!)
      high = Math.max(high, band.high[index]!)
    }
    drawn.low.push(low)
    drawn.high.push(high)
  }
  return drawn
}

/** −1 left of `range`, `columns` right of it. */
const columnsOf = ({ from, to }: Range, columns: number): ((x: number) => number) => {
  const perX = columns / (to - from)
  return (x) => (x < from ? -1 : x > to ? columns : Math.min(columns - 1, Math.floor((x - from) * perX)))
}

/** Two steps in the same millisecond are drawn one after the other: curves are joined by their x, and one of them would be lost. */
function strictlyAfter({ from, to }: Range): (x: number) => number {
  const least = (to - from) * 1e-7
  let last = Number.NEGATIVE_INFINITY
  return (x) => (last = x > last ? x : last + least)
}

/** The value of the point nearest to `x`; null before the first and after the last point, by more than two of the usual distances. */
export function valueAt({ x: xs, y }: Series, x: number): number | null {
  if (xs.length === 0) return null
  const [first, last] = [xs[0]!, xs[xs.length - 1]!]
  const reach = xs.length > 1 ? (2 * (last - first)) / (xs.length - 1) : Number.POSITIVE_INFINITY
  if (x < first - reach || x > last + reach) return null
  const after = lowerBound(xs, x)
  const [a, b] = [Math.max(0, after - 1), Math.min(xs.length - 1, after)]
  return y[Math.abs(xs[a]! - x) <= Math.abs(xs[b]! - x) ? a : b]!
}
