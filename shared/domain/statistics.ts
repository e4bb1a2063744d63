/** Statistics of repeated measurements: medians with bootstrap intervals. Seeded: the same numbers give the same interval. */
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

/** Whether an interval of a ratio leaves no doubt that it is not 1. */
export const isDetectable = ({ interval }: Ratio): boolean => interval !== null && (interval[0] > 1 || interval[1] < 1)

function bootstrap(seed: number, statistic: (draw: (values: readonly number[]) => number[]) => number): [number, number] {
  const random = randomNumbers(seed)
  const draw = (values: readonly number[]): number[] => values.map(() => values[Math.floor(random() * values.length)]!)
  const found = Array.from({ length: resamples }, () => statistic(draw))
  return [quantile(found, 0.025)!, quantile(found, 0.975)!]
}

/** Uniform numbers in [0, 1) (mulberry32, Tommy Ettinger). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
