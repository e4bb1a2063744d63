/** The learning rate of each step. Pure, so that a resumed run needs no state for it. */
import type { RunConfig } from '../../shared/domain/run-config.ts'

/**
 * Linear warm-up that reaches `learningRate` after `warmupFraction` of all steps (at the first step, if none), then
 * linear decay that would arrive at zero one step after the last. `step` is 1-based; no step has rate zero.
 */
export function learningRateAt(step: number, totalSteps: number, config: Pick<RunConfig, 'learningRate' | 'warmupFraction'>): number {
  const peakStep = Math.max(1, Math.round(totalSteps * config.warmupFraction))
  const share = step <= peakStep ? step / peakStep : (totalSteps + 1 - step) / (totalSteps + 1 - peakStep)
  return config.learningRate * share
}
