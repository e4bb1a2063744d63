/** From a recorded run to its validations and what each took to get there, for the time to a given accuracy. Pure. */
import type { TargetCheck } from '../../shared/domain/benchmark.ts'
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'

interface Validation {
  step: number
  accuracy: number
  rowCount: number
  evaluateMs: number
}

/** In order. A run validates the weights with which it ends once more: the first time counts, that is when it knew. */
export function targetChecksOf(steps: readonly StepMetrics[], epochs: readonly EpochMetrics[]): TargetCheck[] {
  const validations = new Map(validationsOf(steps, epochs).map((validation) => [validation.step, validation]))
  const checks: TargetCheck[] = []
  let [sampleCount, trainMs, validateMs] = [0, 0, 0]
  for (const { step, exampleCount, ranks } of steps) {
    sampleCount += exampleCount
    trainMs += Math.max(...ranks.map(({ stepMs }) => stepMs))
    const validation = validations.get(step)
    if (validation === undefined) continue
    validateMs += validation.evaluateMs
    checks.push({ step, sampleCount, trainMs, validateMs, accuracy: validation.accuracy, rowCount: validation.rowCount })
  }
  return checks
}

/** Those within an epoch last: they are the first of their step. */
const validationsOf = (steps: readonly StepMetrics[], epochs: readonly EpochMetrics[]): Validation[] => [
  ...epochs.map(({ step, validationAccuracy, validationCount, evaluateMs }) => ({
    step,
    accuracy: validationAccuracy,
    rowCount: validationCount,
    evaluateMs,
  })),
  ...steps.flatMap(({ step, validation }) =>
    validation ? { step, accuracy: validation.accuracy, rowCount: validation.count, evaluateMs: validation.evaluateMs } : [],
  ),
]
