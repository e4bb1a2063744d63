/** The gradient sync of a rank that is alone: divides the sums by the number of examples. */
import type { Kernels } from '../kernels/index.ts'
import type { GradientSync, StepSums } from './gradient-sync.ts'

/** `kernels` must be those of the arena that the gradients lie in. */
export class SingleRankSync implements GradientSync {
  readonly #kernels: Kernels

  constructor(kernels: Kernels) {
    this.#kernels = kernels
  }

  reduce(gradients: Float32Array, local: StepSums): Promise<StepSums> {
    if (local.exampleCount > 0) this.#kernels.scale(gradients, 1 / local.exampleCount)
    return Promise.resolve(local)
  }
}
