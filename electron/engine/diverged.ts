/**
 * The end of a training whose loss or gradient is no longer a number. Thrown before the update, so that the model is what
 * the step before left; it carries what was known of the step, for whoever wants to find the culprit.
 */
import { LabError } from '../../shared/contract/errors.ts'

export interface DivergedStep {
  step: number
  epoch: number
  /** Mean over all ranks. */
  globalLoss: number
  globalExampleCount: number
  /** Before clipping. */
  gradNorm: number
  /** That the update would have had. */
  learningRate: number
  /** Mean over this rank's examples. */
  localLoss: number
}

export class DivergedError extends LabError {
  readonly facts: DivergedStep

  /** `more` is added to the cause: a sentence, or nothing. */
  constructor(facts: DivergedStep, more = '', options?: { cause?: unknown }) {
    super(
      {
        code: 'LOSS_NOT_FINITE',
        title: `Training diverged at step ${facts.step}`,
        cause: `The loss was ${facts.globalLoss} and the gradient's norm ${facts.gradNorm}, which are no longer numbers to learn from. The model was not changed by this step.${more}`,
        suggestion: 'Lower the learning rate, lengthen the warm-up, and start again or resume from the last checkpoint.',
      },
      options,
    )
    this.facts = facts
  }

  /** The examples of this rank gave a loss that is a number: it met the divergence in the sum over all ranks. */
  get comesFromElsewhere(): boolean {
    return Number.isFinite(this.facts.localLoss)
  }
}
