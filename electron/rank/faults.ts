/**
 * The faults that a rank has to help with: being slow, and holding a wrong weight. A person asks for them to see how the
 * lab notices. Slowness only adds waiting, so the results stay the same to the bit; a wrong weight is put in between two
 * steps, as if the memory had changed it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Classifier } from '../engine/classifier.ts'
import type { ParameterArena } from '../engine/parameters.ts'
import { type Fault, slowFactor } from '../../shared/domain/fault.ts'

export class RankFaults {
  readonly #weight: Float32Array
  #slow = false

  constructor(arena: ParameterArena) {
    this.#weight = arena.parameter('classifier.bias').subarray(0, 1)
  }

  take(fault: Fault): void {
    if (fault === 'slow' || fault === 'normal') this.#slow = fault === 'slow'
    if (fault === 'drift') this.#weight[0]! += 1e-3
    if (fault === 'poison') this.#weight[0] = Number.NaN
  }

  /** The same classifier, as slow as it was asked to be. */
  slowed(classifier: Classifier): Classifier {
    return {
      labelCount: classifier.labelCount,
      logits: (batch) => classifier.logits(batch),
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
