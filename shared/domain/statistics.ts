/** Statistics of repeated measurements: medians with bootstrap intervals. Seeded: the same numbers give the same interval. */
import { randomNumbers } from './random-numbers.ts'
import { median, quantile } from './series.ts'

export interface Summary {
  n: number
  median: number
  /** First and third quartile. */
  q1: number
  q3: number
  min: number
  max: number
  /** 95 % percentile bootstrap of the median (Efron & Tibshirani 1993); null for fewer than three values. */
  interval: [number, number] | null
}

const resamples = 10_000
/** Of fewer values a bootstrap says nothing. */
const fewest = 3

export function summaryOf(values: readonly number[], seed = 1): Summary | null {
  if (values.length === 0) return null
  return {
    n: values.length,
    median: median(values)!,
    q1: quantile(values, 0.25)!,
    q3: quantile(values, 0.75)!,
    min: Math.min(...values),
    max: Math.max(...values),
    interval: values.length < fewest ? null : bootstrap(seed, (draw) => median(draw(values))!),
  }
}

export interface Ratio {
  ratio: number
  interval: [number, number] | null
}

/** The ratio of the medians of two independent sets of repetitions, with its 95 % bootstrap interval. */
export function ratioOfMedians(values: readonly number[], baseline: readonly number[], seed = 1): Ratio | null {
  if (values.length === 0 || baseline.length === 0) return null
  const interval =
    Math.min(values.length, baseline.length) < fewest ? null : bootstrap(seed, (draw) => median(draw(values))! / median(draw(baseline))!)
  return { ratio: median(values)! / median(baseline)!, interval }
}

export interface CensoredMedian {
  /** Null: it is beyond every value that was seen. */
  median: number | null
  /** 95 % percentile bootstrap; an end that is null is beyond every value that was seen. Null for fewer than three values. */
  interval: [number | null, number | null] | null
}

/**
 * The median of values of which some (null) are only known to be beyond all others: it is one of the values, or between two,
 * as long as fewer than half are censored. Null without any value or censored one.
 */
export function medianOfCensored(values: readonly (number | null)[], seed = 1): CensoredMedian | null {
  if (values.length === 0) return null
  const known = values.map((value) => value ?? Infinity)
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
  const interval = known.length < fewest ? null : bootstrap(seed, (draw) => middle(draw(known)))
  return { median: finite(middle(known)), interval: interval && [finite(interval[0]), finite(interval[1])] }
}

/** `median` would interpolate towards infinity even where there is nothing to interpolate. */
function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => (a === b ? 0 : a - b))
  const [below, above] = [sorted[Math.ceil(values.length / 2) - 1]!, sorted[Math.floor(values.length / 2)]!]
  return (below + above) / 2
}

/** Whether an interval of a ratio leaves no doubt that it is not 1. */
export const isDetectable = ({ interval }: Ratio): boolean => interval !== null && (interval[0] > 1 || interval[1] < 1)

function bootstrap(seed: number, statistic: (draw: (values: readonly number[]) => number[]) => number): [number, number] {
  const random = randomNumbers(seed)
  const draw = (values: readonly number[]): number[] => values.map(() => values[Math.floor(random() * values.length)]!)
  const found = Array.from({ length: resamples }, () => statistic(draw))
  return [bound(found, 0.025), bound(found, 0.975)]
}

/** Where nothing is censored, `quantile`; otherwise its neighbour away from the middle, since nothing lies between it and infinity. */
function bound(found: readonly number[], share: number): number {
  if (found.every(Number.isFinite)) return quantile(found, share)!
  const position = share * (found.length - 1)
  return found.toSorted((a, b) => (a === b ? 0 : a - b))[share < 0.5 ? Math.floor(position) : Math.ceil(position)]!
}
