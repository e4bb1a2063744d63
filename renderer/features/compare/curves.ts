/**
 * From the steps of a run to curves that can be laid over those of other runs: which quantity, along which axis, smoothed or
 * not, thinned to the pixels so that no spike is lost. Pure functions.
 */
import type { EpochMetrics, RankStep, StepMetrics } from '../../../shared/domain/metrics.ts'
import type { RunRecord } from '../../../shared/domain/run.ts'
import { downsample, movingMean } from '../../../shared/domain/series.ts'
import type { Point } from '../../../shared/domain/series.ts'

export const axisNames = ['step', 'epoch', 'samples', 'relative', 'wall'] as const
export type AxisName = (typeof axisNames)[number]

export const axes: Record<AxisName, { title: string; unit: string; hint: string }> = {
  step: { title: 'Step', unit: 'optimizer steps', hint: 'Optimizer updates' },
  epoch: { title: 'Epoch', unit: 'epochs', hint: 'Passes over the training rows, with fractions' },
  samples: { title: 'Samples', unit: 'samples', hint: 'Training rows seen by all ranks together' },
  relative: { title: 'Relative', unit: 'seconds', hint: 'Time since each run began' },
  wall: { title: 'Wall', unit: 'time of day', hint: 'When it happened' },
}

interface Quantity {
  title: string
  unit: string
  digits: number
  /** Of a step … */
  ofStep?: (step: StepMetrics) => number
  /** … and of each rank in it, where ranks differ. */
  ofRank?: (rank: RankStep) => number
  /** Or of an evaluation. */
  ofEpoch?: (epoch: EpochMetrics) => number
  /** Zero and below have no place on a logarithmic axis. */
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

const slowest = (step: StepMetrics): number => Math.max(...step.ranks.map(({ stepMs }) => stepMs))

export const quantities: Record<QuantityName, Quantity> = {
  loss: {
    title: 'Training loss',
    unit: 'nats per example',
    digits: 4,
    ofStep: ({ globalLoss }) => globalLoss,
    ofRank: ({ localLoss, exampleCount }) => (exampleCount > 0 ? localLoss : Number.NaN),
    mayBeLog: true,
  },
  validationAccuracy: {
    title: 'Validation accuracy',
    unit: 'share of rows',
    digits: 4,
    ofEpoch: ({ validationAccuracy }) => validationAccuracy,
    mayBeLog: false,
  },
  validationLoss: {
    title: 'Validation loss',
    unit: 'nats per example',
    digits: 4,
    ofEpoch: ({ validationLoss }) => validationLoss,
    mayBeLog: true,
  },
  samplesPerSec: {
    title: 'Throughput',
    unit: 'samples per second',
    digits: 1,
    ofStep: ({ samplesPerSec }) => samplesPerSec,
    mayBeLog: true,
  },
  stepMs: { title: 'Step time', unit: 'ms, slowest rank', digits: 2, ofStep: slowest, ofRank: ({ stepMs }) => stepMs, mayBeLog: true },
  gradNorm: { title: 'Gradient norm', unit: 'before clipping', digits: 4, ofStep: ({ gradNorm }) => gradNorm, mayBeLog: true },
  learningRate: { title: 'Learning rate', unit: '', digits: 7, ofStep: ({ learningRate }) => learningRate, mayBeLog: true },
}

export interface RunPoints {
  record: RunRecord
  steps: readonly StepMetrics[]
  epochs: readonly EpochMetrics[]
}

/** Where each step lies on `axis`, and after it each epoch's end. Where the number of training rows is not known, epochs are whole. */
export function positions({ record, steps, epochs }: RunPoints, axis: AxisName): { steps: number[]; epochs: number[] } {
  const startedSeconds = Date.parse(record.createdAt) / 1000
  let samples = 0
  const samplesAt = new Map<number, number>()
  const ofSteps = steps.map((step) => {
    samples += step.exampleCount
    samplesAt.set(step.step, samples)
    if (axis === 'step') return step.step
    if (axis === 'samples') return samples
    if (axis === 'epoch') return record.trainCount ? samples / record.trainCount : step.epoch
    return (axis === 'wall' ? startedSeconds : 0) + step.elapsedMs / 1000
  })
  const ofEpochs = epochs.map(({ step, epoch, elapsedMs }) => {
    if (axis === 'step') return step
    if (axis === 'epoch') return epoch + 1
    if (axis === 'samples') return samplesAt.get(step) ?? Number.NaN
    return (axis === 'wall' ? startedSeconds : 0) + elapsedMs / 1000
  })
  return { steps: ofSteps, epochs: ofEpochs }
}

export interface Curve {
  /** As measured. */
  raw: Point[]
  /** Means over a window of steps; the same as `raw` where nothing is smoothed, and for evaluations. */
  smooth: Point[]
  /** Lowest and highest rank of each step; empty where ranks do not differ. */
  band: { x: number; low: number; high: number }[]
}

/** One quantity of a run, `window` 1: not smoothed. */
export function curveOf(run: RunPoints, name: QuantityName, axis: AxisName, window: number): Curve {
  const { ofStep, ofRank, ofEpoch } = quantities[name]
  const at = positions(run, axis)
  if (ofEpoch) {
    const points = run.epochs.map((epoch, index) => ({ x: at.epochs[index]!, y: ofEpoch(epoch) }))
    return { raw: points, smooth: points, band: [] }
  }
  const raw = run.steps.map((step, index) => ({ x: at.steps[index]!, y: ofStep!(step) }))
  const band = ofRank && run.record.config.worldSize > 1 ? run.steps.flatMap((step, index) => bandOf(step, at.steps[index]!, ofRank)) : []
  return { raw, smooth: window > 1 ? movingMean(raw, window) : raw, band }
}

function bandOf({ ranks }: StepMetrics, x: number, ofRank: (rank: RankStep) => number): Curve['band'] {
  const values = ranks.map(ofRank).filter(Number.isFinite)
  return values.length === 0 ? [] : [{ x, low: Math.min(...values), high: Math.max(...values) }]
}

export interface Range {
  from: number
  to: number
}

/** What is in `range`, and one point on each side, so that lines leave the picture where they should. */
export function within<T extends { x: number }>(points: readonly T[], range: Range): readonly T[] {
  const first = lowerBound(points, range.from)
  const last = lowerBound(points, range.to)
  return points.slice(Math.max(0, first - 1), last + 1)
}

/** Index of the first point at or after `x`. Points are in order of x. */
function lowerBound(points: readonly { x: number }[], x: number): number {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (points[middle]!.x < x) low = middle + 1
    else high = middle
  }
  return low
}

export const thin = (points: readonly Point[], range: Range, columns: number): Point[] => downsample(within(points, range), columns)

/** The band thinned to columns: of each the lowest and the highest. */
export function thinBand(band: Curve['band'], range: Range, columns: number): Curve['band'] {
  const shown = within(band, range)
  if (shown.length <= columns) return [...shown]
  const perColumn = shown.length / columns
  return Array.from({ length: columns }, (_, column) => {
    const part = shown.slice(
      Math.floor(column * perColumn),
      Math.max(Math.floor(column * perColumn) + 1, Math.floor((column + 1) * perColumn)),
    )
    return {
      x: part[0]!.x,
      low: part.reduce((least, { low }) => Math.min(least, low), Infinity),
      high: part.reduce((most, { high }) => Math.max(most, high), -Infinity),
    }
  })
}

/** The value of the point nearest to `x`; null before the first and after the last point, by more than a column's worth. */
export function valueAt(points: readonly Point[], x: number): number | null {
  if (points.length === 0) return null
  const after = lowerBound(points, x)
  const [a, b] = [points[Math.max(0, after - 1)]!, points[Math.min(points.length - 1, after)]!]
  const nearest = Math.abs(a.x - x) <= Math.abs(b.x - x) ? a : b
  const reach = points.length > 1 ? (2 * (points.at(-1)!.x - points[0]!.x)) / (points.length - 1) : Infinity
  return Math.abs(nearest.x - x) <= reach ? nearest.y : null
}
