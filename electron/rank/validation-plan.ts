/** When a run validates, besides at the end of each epoch, and when it has learned enough. Pure: the same on every rank. */
import type { RunConfig } from '../../shared/domain/run-config.ts'

/** Whether an epoch of `stepsPerEpoch` is validated after its `stepInEpoch`th step (1-based); its end is the epoch's own business. */
export function isValidationStep(stepInEpoch: number, stepsPerEpoch: number, { validationsPerEpoch }: RunConfig): boolean {
  if (stepInEpoch >= stepsPerEpoch) return false
  const validationsBy = (step: number): number => Math.floor((step * validationsPerEpoch) / stepsPerEpoch)
  return validationsBy(stepInEpoch) > validationsBy(stepInEpoch - 1)
}

/** `accuracy` of these very weights; null where they were not validated. */
export const isTargetReached = (accuracy: number | null, { targetAccuracy }: RunConfig): boolean =>
  targetAccuracy !== undefined && accuracy !== null && accuracy >= targetAccuracy
