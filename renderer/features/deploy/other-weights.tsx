/** Says it where the folder holds other weights than the newest of its run: what is deployed and checked are the folder's. */
import type { TrainedModel } from '../../../shared/domain/prediction.ts'
import type { SpaceFacts } from '../../../shared/domain/space.ts'
import { count } from '../../ui/format.ts'
import styles from './deploy.module.css'
import { otherStep, weightsInWords } from './weights.ts'

export function OtherWeights({ facts, models }: { facts: SpaceFacts; models: readonly TrainedModel[] }) {
  const step = otherStep(facts, models)
  if (step === null) return null
  return (
    <p className={styles.note}>
      The folder holds {weightsInWords(facts)}; the newest weights of its run are of step {count(step)}. What is deployed and compared are
      those of the folder.
    </p>
  )
}
