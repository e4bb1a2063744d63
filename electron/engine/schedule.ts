/** The learning rate of each step. Pure, so that a resumed run needs no state for it. */
import type { RunConfig, Schedule } from '../../shared/domain/run-config.ts'

export type ScheduleConfig = Pick<RunConfig, 'learningRate' | 'warmupFraction'> & { schedule?: Schedule }

/** Share of the peak when `left` of the way after the warm-up (1 at the peak) is still to go. */
const shapes: Record<Schedule, (left: number) => number> = {
  constant: () => 1,
  linear: (left) => left,
  cosine: (left) => (1 - Math.cos(Math.PI * left)) / 2,
}

// region learning-rate
/**
 * Linear warm-up that reaches `learningRate` after `warmupFraction` of all steps (at the first step, if none), then the
 * schedule's shape, which would arrive at its end one step after the last. `step` is 1-based; no step has rate zero.
 */
export function learningRateAt(step: number, totalSteps: number, { learningRate, warmupFraction, schedule }: ScheduleConfig): number {
  const peakStep = Math.max(1, Math.round(totalSteps * warmupFraction))
  if (step <= peakStep) return learningRate * (step / peakStep)
  return learningRate * shapes[schedule ?? 'linear']((totalSteps + 1 - step) / (totalSteps + 1 - peakStep))
}
// endregion
