/**
 * The faults that a rank has to help with: being slow, and holding a wrong weight. A person asks for them to see how the
 * lab notices. Slowness only adds waiting, so the results stay the same to the bit; a wrong weight is put in between two
 * steps, as if the memory had changed it, wherever the model lies.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Classifier } from '../engine/classifier.ts'
import type { ParameterStore } from '../engine/parameter-store.ts'
import { type Fault, slowFactor } from '../../shared/domain/fault.ts'

export class RankFaults {
  readonly #store: ParameterStore
  #slow = false
  /** What becomes of a weight after this step. */
  #wrong: ((weight: number) => number) | null = null

  constructor(store: ParameterStore) {
    this.#store = store
  }

  take(fault: Fault): void {
    if (fault === 'slow' || fault === 'normal') this.#slow = fault === 'slow'
    if (fault === 'drift') this.#wrong = (weight) => weight + 1e-3
    if (fault === 'poison') this.#wrong = () => Number.NaN
  }

  /** Puts in the wrong weight that was asked for. A NaN waits until the step's comparison is over: it is the loss that shows it. */
  async afterStep(isCompared: boolean): Promise<void> {
    if (this.#wrong === null || (!isCompared && Number.isNaN(this.#wrong(0)))) return
    const wrong = this.#wrong
    this.#wrong = null
    await this.#store.toHost()
    const bias = this.#store.arena.parameter('classifier.bias')
    bias[0] = wrong(bias[0]!)
    await this.#store.fromHost()
  }

  /** The same classifier, as slow as it was asked to be. */
  slowed(classifier: Classifier): Classifier {
    return {
      labelCount: classifier.labelCount,
      logits: (batch) => classifier.logits(batch),
      loss: (...args) => classifier.loss(...args),
      dispose: () => classifier.dispose(),
      gradients: async (...args) => {
        const start = performance.now()
        const sums = await classifier.gradients(...args)
        if (this.#slow) await sleep((slowFactor - 1) * (performance.now() - start))
        return sums
      },
    }
  }
}
