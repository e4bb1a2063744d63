/** From the recorded steps of one repetition to what counts: warm-up set apart, phases, straggler, accuracy. Pure. */
import type { Measurement, Plan } from '../../shared/domain/benchmark.ts'
import type { EpochMetrics, RankStep, StepMetrics } from '../../shared/domain/metrics.ts'
import type { RankStatus } from '../../shared/domain/run.ts'
import { targetOf } from '../../shared/benchmark/time-to-accuracy.ts'
import { median } from '../../shared/domain/series.ts'
import type { Span } from './energy/meter.ts'
import { targetChecksOf } from './target-checks.ts'

export interface Recorded {
  steps: readonly StepMetrics[]
  epochs: readonly EpochMetrics[]
  ranks: readonly RankStatus[]
}

const slowest = ({ ranks }: StepMetrics): number => Math.max(...ranks.map(({ stepMs }) => stepMs))
const total = (ranks: readonly RankStep[], of: (rank: RankStep) => number): number => ranks.reduce((sum, rank) => sum + of(rank), 0)

/** Null where it has fewer steps than the plan measures; one that may end at a target needs only one after the warm-up. */
export function measurementOf({ steps, epochs, ranks }: Recorded, plan: Plan): Measurement | null {
  const { warmupSteps, measuredSteps } = plan
  const target = targetOf(plan)
  const measured = steps.slice(warmupSteps, warmupSteps + measuredSteps)
  if (measured.length < (target === null ? measuredSteps : 1)) return null
  const entries = measured.flatMap((step) => step.ranks)
  const mean = (of: (rank: RankStep) => number): number => total(entries, of) / entries.length
  const phases = {
    dataMs: mean(({ phases }) => phases.dataMs),
    forwardBackwardMs: mean(({ phases }) => phases.forwardBackwardMs),
    allReduceMs: mean(({ phases }) => phases.allReduceMs),
    optimizerMs: mean(({ phases }) => phases.optimizerMs),
  }
  const stepMs = measured.map(slowest)
  const meanStepMs = stepMs.reduce((sum, ms) => sum + ms, 0) / stepMs.length
  const named = phases.dataMs + phases.forwardBackwardMs + phases.allReduceMs + phases.optimizerMs
  const work = ({ stepMs: whole, phases: { allReduceMs } }: RankStep): number => whole - allReduceMs
  const own = ranks.map(({ forwardShare }) => forwardShare).filter((share) => share !== null)
  const gaps = measured
    .filter((step) => step.ranks.length > 1)
    .map((step) => Math.max(...step.ranks.map(work)) - Math.min(...step.ranks.map(work)))
  const last = epochs.at(-1)
  const peaks = ranks.map(({ peakRssBytes }) => peakRssBytes).filter((bytes) => bytes !== null)
  const rss = ranks.map(({ rssBytes }) => rssBytes).filter((bytes) => bytes !== null)
  return {
    provenance: 'measured',
    stepMs,
    warmupMs: steps.slice(0, warmupSteps).map(slowest),
    sampleCount: measured.reduce((sum, { exampleCount }) => sum + exampleCount, 0),
    tokenCount: total(entries, ({ tokenCount }) => tokenCount),
    paddedTokenCount: total(entries, ({ paddedTokenCount }) => paddedTokenCount),
    // Less than a nanosecond is what adding in another order leaves.
    phases: { ...phases, idleMs: meanStepMs - named < 1e-6 ? 0 : meanStepMs - named },
    forwardMs: forwardMsOf(entries, own, phases.forwardBackwardMs),
    stragglerGapMs: median(gaps),
    rssBytes: rss.length === 0 ? null : Math.max(...rss),
    peakRssBytes: peaks.length === 0 ? null : peaks,
    validation: last ? { accuracy: last.validationAccuracy, rowCount: last.validationCount } : null,
    meanLoss: measured.reduce((sum, { globalLoss }) => sum + globalLoss, 0) / measured.length,
    targetChecks: target === null ? [] : targetChecksOf(steps, epochs),
  }
}

/** Mean over ranks, by the shares timed after the last step; where each step told it (an imported run), over the steps. */
function forwardMsOf(entries: readonly RankStep[], shares: readonly number[], forwardBackwardMs: number): number | null {
  if (shares.length > 0) return (shares.reduce((sum, share) => sum + share, 0) / shares.length) * forwardBackwardMs
  const told = entries.map(({ forwardMs }) => forwardMs).filter((ms) => ms !== undefined)
  return told.length < entries.length ? null : told.reduce((sum, ms) => sum + ms, 0) / told.length
}

/** From the end of the warm-up to the end of the last measured step, validations between them included; null where there are fewer steps. */
export function measuredSpan({ steps }: Pick<Recorded, 'steps'>, { warmupSteps, measuredSteps }: Plan, beganMs: number): Span | null {
  const [first, last] = [steps[warmupSteps], steps[warmupSteps + measuredSteps - 1]]
  if (!first || !last) return null
  const before = steps[warmupSteps - 1]?.elapsedMs ?? first.elapsedMs - slowest(first)
  return { fromMs: beganMs + before, toMs: beganMs + last.elapsedMs }
}
