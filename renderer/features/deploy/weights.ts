/** Which weights a folder holds, and whether its run has newer ones by now. Pure. */
import type { TrainedModel } from '../../../shared/domain/prediction.ts'
import { weightsVersion, type SpaceFacts } from '../../../shared/domain/space.ts'

/** 'step-000040'; of a model that no run made, the digest of its weights where they are in the folder. */
export const weightsInWords = (facts: SpaceFacts): string => weightsVersion(facts) ?? 'weights of no known run'

/** The step of the run's newest weights where it is not that of the folder's; null where it is, or nobody knows. */
export function otherStep({ model: { runId, step } }: SpaceFacts, models: readonly TrainedModel[]): number | null {
  const now = models.find(({ id }) => id === runId)?.step ?? null
  return now === step || step === null ? null : now
}
