/** What a benchmark shows: a line of figures for each arm, and how arms compare with the baseline. Pure functions. */
import type { Arm, Benchmark, Measurement, Repetition } from '../domain/benchmark.ts'
import { wilsonInterval } from '../domain/evaluation.ts'
import { globalBatch } from '../domain/run-config.ts'
import { median, quantile } from '../domain/series.ts'
import { ratioOfMedians, type Ratio, type Summary, summaryOf } from '../domain/statistics.ts'
import { type EnergyResult, energyOf } from './energy.ts'
import { trainingFlops } from './flops.ts'

export interface ArmResult {
  arm: Arm
  /** Those that ended well. */
  done: readonly Done[]
  failed: readonly Repetition[]
  rowsPerStep: number
  samplesPerSec: Summary | null
  tokensPerSec: Summary | null
  /** Padding included. */
  paddedTokensPerSec: Summary | null
  /** Over the measured steps of all repetitions, milliseconds. */
  stepMs: { p50: number; p95: number; p99: number; count: number } | null
  /** Means over the repetitions; they add up to a step. */
  phases: Measurement['phases'] | null
  /** The part of forward and backward that the forward pass takes; null where not every repetition timed it. */
  forwardMs: number | null
  stragglerGapMs: number | null
  rssBytes: number | null
  /** The most of any repetition, by rank; null where it was not told. */
  peakRssBytes: number[] | null
  /** Of all repetitions together, with its 95 % interval. */
  accuracy: { accuracy: number; interval: [number, number]; rowCount: number } | null
  /** Share of the measured peak that the model's operations took; above 1 something is wrong. */
  flopsUtilisation: number | null
  /** Null where no repetition measured it. */
  energy: EnergyResult | null
}

export type Done = Repetition & { measured: Measurement }

/** Of all measured steps together, each the slowest rank's. */
export const stepSeconds = ({ stepMs }: Measurement): number => stepMs.reduce((sum, ms) => sum + ms, 0) / 1000

/** Throughput of a repetition. */
export const samplesPerSecOf = (measured: Measurement): number => measured.sampleCount / stepSeconds(measured)

export function armResults(benchmark: Benchmark): ArmResult[] {
  return benchmark.plan.arms.map((arm) => resultOf(benchmark, arm))
}

function resultOf({ repetitions, data, peakFlops }: Benchmark, arm: Arm): ArmResult {
  const own = repetitions.filter((repetition) => repetition.arm === arm.id)
  const done = own.filter((repetition): repetition is Done => repetition.state === 'done' && repetition.measured !== null)
  const rate = (of: (measured: Measurement) => number): Summary | null =>
    summaryOf(done.map(({ measured }) => of(measured) / stepSeconds(measured)))
  const stepMs = done.flatMap(({ measured }) => measured.stepMs)
  const utilisations = done.map((each) => {
    const { sampleCount, tokenCount } = each.measured
    // The peak is this machine's CPU's.
    const isComparable = arm.config.device === 'cpu' && each.measured.provenance === 'measured'
    return data && peakFlops !== null && isComparable
      ? trainingFlops(data.modelConfig, sampleCount, tokenCount) / stepSeconds(each.measured) / peakFlops
      : null
  })
  return {
    arm,
    done,
    failed: own.filter(({ state }) => state === 'failed'),
    rowsPerStep: globalBatch(arm.config),
    samplesPerSec: rate(({ sampleCount }) => sampleCount),
    tokensPerSec: rate(({ tokenCount }) => tokenCount),
    paddedTokensPerSec: rate(({ paddedTokenCount }) => paddedTokenCount),
    stepMs:
      stepMs.length === 0
        ? null
        : { p50: median(stepMs)!, p95: quantile(stepMs, 0.95)!, p99: quantile(stepMs, 0.99)!, count: stepMs.length },
    phases: meanPhases(done),
    forwardMs: meanForward(done),
    stragglerGapMs: median(known(done.map(({ measured }) => measured.stragglerGapMs))),
    rssBytes: done.length === 0 ? null : (known(done.map(({ measured }) => measured.rssBytes)).toSorted((a, b) => b - a)[0] ?? null),
    peakRssBytes: peaksOf(done),
    accuracy: pooledAccuracy(done),
    flopsUtilisation: median(known(utilisations)),
    energy: energyOf(done),
  }
}

const known = <T>(values: readonly (T | null)[]): T[] => values.filter((value) => value !== null)

function meanPhases(done: readonly Done[]): Measurement['phases'] | null {
  if (done.length === 0) return null
  const mean = (phase: keyof Measurement['phases']): number =>
    done.reduce((sum, { measured }) => sum + measured.phases[phase], 0) / done.length
  return {
    dataMs: mean('dataMs'),
    forwardBackwardMs: mean('forwardBackwardMs'),
    allReduceMs: mean('allReduceMs'),
    optimizerMs: mean('optimizerMs'),
    idleMs: mean('idleMs'),
  }
}

function meanForward(done: readonly Done[]): number | null {
  const timed = known(done.map(({ measured }) => measured.forwardMs))
  return timed.length === 0 || timed.length < done.length ? null : timed.reduce((sum, ms) => sum + ms, 0) / timed.length
}

function peaksOf(done: readonly Done[]): number[] | null {
  const peaks = known(done.map(({ measured }) => measured.peakRssBytes))
  return peaks.length === 0 ? null : peaks[0]!.map((_, rank) => Math.max(...peaks.map((ofRanks) => ofRanks[rank] ?? 0)))
}

function pooledAccuracy(done: readonly Done[]): ArmResult['accuracy'] {
  const validations = known(done.map(({ measured }) => measured.validation))
  const rowCount = validations.reduce((sum, validation) => sum + validation.rowCount, 0)
  if (rowCount === 0) return null
  const correct = validations.reduce((sum, validation) => sum + validation.accuracy * validation.rowCount, 0)
  return { accuracy: correct / rowCount, interval: wilsonInterval(Math.round(correct), rowCount), rowCount }
}

export interface Comparison {
  arm: Arm
  /** Of the medians of samples per second. */
  throughput: Ratio
  /** The ratio by how many times as many ranks there are: 1 is perfect. */
  efficiency: number
}

/** Every arm against the first; those without figures are left out. */
export function comparisons(results: readonly ArmResult[]): Comparison[] {
  const [baseline, ...others] = results
  const rates = ({ done }: ArmResult): number[] => done.map(({ measured }) => samplesPerSecOf(measured))
  return others.flatMap((result) => {
    const throughput = baseline && ratioOfMedians(rates(result), rates(baseline))
    if (!throughput) return []
    return { arm: result.arm, throughput, efficiency: throughput.ratio / (result.arm.config.worldSize / baseline.arm.config.worldSize) }
  })
}
