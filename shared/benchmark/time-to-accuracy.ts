/**
 * How long an arm trains until a validation has the target accuracy. A repetition that reached its limit of steps first has no
 * time, only the knowledge that it would be longer: it counts as beyond every time that was seen, and is never left out. Pure.
 */
import type { Arm, Benchmark, Measurement, Plan, TargetCheck } from '../domain/benchmark.ts'
import { medianOfCensored, type CensoredMedian, ratioOfMedians, type Ratio } from '../domain/statistics.ts'

export interface Target {
  accuracy: number
  /** A repetition gives up after so many, over which its learning rate's schedule runs. */
  maxSteps: number
  validationsPerEpoch: number
}

/** The same for all arms; null where the plan measures steps only. */
export function targetOf({ arms }: Plan): Target | null {
  const { targetAccuracy: accuracy, maxSteps, validationsPerEpoch } = arms[0]!.config
  return accuracy === undefined || maxSteps === undefined ? null : { accuracy, maxSteps, validationsPerEpoch }
}

/** The first validation that was good enough; null where none was. */
export const reachedAt = ({ targetChecks }: Measurement, { accuracy }: Target): TargetCheck | null =>
  targetChecks.find((check) => check.accuracy >= accuracy) ?? null

export interface TimeToAccuracy {
  arm: Arm
  /** Of each repetition that ended well: where it reached the target, null where it did not. */
  reached: readonly (TargetCheck | null)[]
  /** Steps alone, milliseconds. */
  trainMs: CensoredMedian | null
  /** Steps and validations, milliseconds. */
  wholeMs: CensoredMedian | null
  steps: CensoredMedian | null
  /** Of training times, to the baseline's; null for the baseline, and wherever a repetition of either did not reach the target. */
  ratio: Ratio | null
}

/** One for each arm that was measured here; none without a target. */
export function timesToAccuracy({ plan, repetitions }: Benchmark): TimeToAccuracy[] {
  const target = targetOf(plan)
  if (target === null) return []
  const results = plan.arms.map((arm) => {
    const measured = repetitions.filter((each) => each.arm === arm.id).flatMap((each) => each.measured ?? [])
    const reached = measured.filter(({ targetChecks }) => targetChecks.length > 0).map((each) => reachedAt(each, target))
    const of = (value: (check: TargetCheck) => number): CensoredMedian | null =>
      medianOfCensored(reached.map((check) => check && value(check)))
    return {
      arm,
      reached,
      trainMs: of(({ trainMs }) => trainMs),
      wholeMs: of(({ trainMs, validateMs }) => trainMs + validateMs),
      steps: of(({ step }) => step),
    }
  })
  return results.map((result, index) => ({ ...result, ratio: index === 0 ? null : ratioOf(result.reached, results[0]!.reached) }))
}

function ratioOf(reached: TimeToAccuracy['reached'], baseline: TimeToAccuracy['reached']): Ratio | null {
  if ([...reached, ...baseline].includes(null)) return null
  const times = (checks: TimeToAccuracy['reached']): number[] => checks.map((check) => check!.trainMs)
  return ratioOfMedians(times(reached), times(baseline))
}
