/**
 * How long a rank waits for the others in a collective: five times what nearly all steps have taken, and never less than
 * ten seconds. Until enough steps are known, and while a rank saves or evaluates, the wait may be long and honest.
 */
import { stepLimitMs } from '../../shared/domain/step-limit.ts'

const unhurriedMs = 180_000

export class StepDeadline {
  #stepsMs: number[] = []
  /** True between the first step of an epoch and its last. */
  hurried = false

  step(stepMs: number): void {
    this.#stepsMs.push(stepMs)
  }

  get ms(): number {
    return this.hurried ? (stepLimitMs(this.#stepsMs) ?? unhurriedMs) : unhurriedMs
  }
}
