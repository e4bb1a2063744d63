/**
 * Statistics of a run: medians and percentiles of its steps, its best epoch with an interval. Warm-up steps (sessions
 * being compiled) are left out of every timing. Values that are not finite are left out of everything.
 */
import { wilsonInterval } from '../../shared/domain/evaluation.ts'
import type { EpochMetrics, RankStep, StepMetrics, StepPhases } from '../../shared/domain/metrics.ts'
import type { RunReport } from '../../shared/domain/report.ts'
import { median, quantile } from '../../shared/domain/series.ts'

export type Summary = RunReport['summary']
export type PhaseName = keyof StepPhases

export const warmupStepCount = 5
export const phaseNames = ['dataMs', 'forwardBackwardMs', 'allReduceMs', 'optimizerMs'] as const satisfies readonly PhaseName[]

/** The steps that count for timings: all but the first epoch's first five. */
export const timedSteps = (steps: readonly StepMetrics[]): StepMetrics[] => steps.filter((entry) => entry.step > warmupStepCount)

/** Wall time of a step of the whole group: that of its slowest rank, milliseconds. */
export const groupStepMs = (entry: StepMetrics): number => entry.ranks.reduce((slowest, rank) => Math.max(slowest, rank.stepMs), 0)

export function summarize(steps: readonly StepMetrics[], epochs: readonly EpochMetrics[]): Summary {
  const timed = timedSteps(steps)
  const times = timed.map(groupStepMs).filter((ms) => Number.isFinite(ms) && ms > 0)
  const lastLoss = steps.at(-1)?.globalLoss
  const best = bestEpochOf(epochs)
  return {
    completedSteps: steps.at(-1)?.step ?? 0,
    finalTrainLoss: Number.isFinite(lastLoss) ? lastLoss! : null,
    bestValidationAccuracy: best?.validationAccuracy ?? null,
    bestEpoch: best?.epoch ?? null,
    validationAccuracyInterval: best === null ? null : accuracyInterval(best),
    stepMs:
      times.length === 0 ? null : { count: times.length, p50: median(times)!, p95: quantile(times, 0.95)!, p99: quantile(times, 0.99)! },
    medianSamplesPerSec: median(timed.map((entry) => entry.samplesPerSec).filter(Number.isFinite)),
    phaseShares: phaseSharesOf(timed.flatMap((entry) => entry.ranks)),
  }
}

/** The earliest of the epochs with the highest validation accuracy. */
function bestEpochOf(epochs: readonly EpochMetrics[]): EpochMetrics | null {
  let best: EpochMetrics | null = null
  for (const epoch of epochs) {
    if (epoch.validationCount > 0 && epoch.validationAccuracy > (best?.validationAccuracy ?? -1)) best = epoch
  }
  return best
}

/** 95 % Wilson interval of an epoch's validation accuracy. */
export const accuracyInterval = (epoch: EpochMetrics): [number, number] =>
  wilsonInterval(Math.round(epoch.validationAccuracy * epoch.validationCount), epoch.validationCount)

/** Median share of each phase. Medians need not add up: where they exceed the whole, all are scaled down alike. */
function phaseSharesOf(rankSteps: readonly RankStep[]): Record<PhaseName, number> | null {
  const timed = rankSteps.filter((entry) => entry.stepMs > 0)
  if (timed.length === 0) return null
  const shares = phaseNames.map((phase) => median(timed.map((entry) => entry.phases[phase] / entry.stepMs).filter(Number.isFinite)) ?? 0)
  const scale = 1 / Math.max(1, shares[0]! + shares[1]! + shares[2]! + shares[3]!)
  return {
    dataMs: shares[0]! * scale,
    forwardBackwardMs: shares[1]! * scale,
    allReduceMs: shares[2]! * scale,
    optimizerMs: shares[3]! * scale,
  }
}
