/**
 * AdamW with decoupled weight decay (Loshchilov & Hutter 2019) in place on the arena, as PyTorch's. Biases and
 * LayerNorm are not decayed, as is usual for BERT; frozen parameters are not touched at all.
 */
import type { AdamWVectors } from '../kernels/index.ts'
import { rateFactor } from './fine-tuning.ts'
import type { ParameterArena } from './parameters.ts'

export interface AdamWOptions {
  weightDecay: number
  /** See `rateFactor`; 1 where left out. */
  layerwiseLrDecay?: number
  beta1?: number
  beta2?: number
  epsilon?: number
}

export interface UpdateOptions {
  learningRate: number
  /** Multiplies the gradient: the division of sums into a mean, and clipping (`clipScale`). */
  gradScale?: number
}

/** What the loop needs of an optimizer, wherever the parameters live. */
export interface Optimizer {
  /** Updates made so far; set it when a checkpoint is loaded. */
  step: number
  /** Euclidean norm of the gradients as they are. */
  gradNorm(): number | Promise<number>
  /** One update from the gradients. */
  update(options: UpdateOptions): void | Promise<void>
}

interface Segment {
  vectors: AdamWVectors
  weightDecay: number
  /** Factor of the learning rate. */
  rateFactor: number
}

export class AdamW implements Optimizer {
  /** Updates made so far; set it when a checkpoint is loaded. */
  step = 0
  readonly #arena: ParameterArena
  readonly #segments: readonly Segment[]
  readonly #constants: { beta1: number; beta2: number; epsilon: number }

  constructor(arena: ParameterArena, { weightDecay, layerwiseLrDecay = 1, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamWOptions) {
    this.#arena = arena
    this.#segments = makeSegments(arena, weightDecay, layerwiseLrDecay)
    this.#constants = { beta1, beta2, epsilon }
  }

  /** Euclidean norm of `arena.gradients`. */
  gradNorm(): number {
    const { kernels, gradients, trainableStart } = this.#arena
    return Math.sqrt(kernels.sumOfSquares(gradients.subarray(trainableStart)))
  }

  // region update
  /** One update from `arena.gradients`. */
  update({ learningRate, gradScale = 1 }: UpdateOptions): void {
    this.step++
    const step = { ...this.#constants, gradScale, step: this.step }
    for (const { vectors, weightDecay, rateFactor } of this.#segments)
      this.#arena.kernels.adamW(vectors, { ...step, learningRate: learningRate * rateFactor, weightDecay })
  }
  // endregion
}

/** Factor that brings a gradient of norm `gradNorm` down to `maxGradNorm`, as PyTorch's clip_grad_norm_. */
export function clipScale(gradNorm: number, maxGradNorm: number): number {
  return Math.min(1, maxGradNorm / (gradNorm + 1e-6))
}

/** Neighbouring parameters with the same decay and rate make one segment: few kernel calls. */
function makeSegments(arena: ParameterArena, weightDecay: number, layerwiseLrDecay: number): Segment[] {
  const { trainable, offsets, config } = arena
  const factorOf = (depth: number): number => rateFactor(depth, layerwiseLrDecay, config)
  const starts = trainable.filter((spec, index) => {
    const before = trainable[index - 1]
    return before?.decay !== spec.decay || factorOf(before.depth) !== factorOf(spec.depth)
  })
  return starts.map(({ name, decay, depth }, index) => {
    const start = offsets.get(name)!
    const next = starts[index + 1]
    const end = next ? offsets.get(next.name)! : arena.flatLength
    return {
      weightDecay: decay ? weightDecay : 0,
      rateFactor: factorOf(depth),
      vectors: {
        parameters: arena.parameters.subarray(start, end),
        gradients: arena.gradients.subarray(start, end),
        firstMoments: arena.firstMoments.subarray(start, end),
        secondMoments: arena.secondMoments.subarray(start, end),
      },
    }
  })
}
