/**
 * AdamW on the device: the same update as the arena's kernel, as a graph that reads parameters, gradients and moments
 * where they lie and leaves the new ones there. Only numbers cross: rates in, the sum of squares out.
 */
import { concat, filled, leaf, lazy, tensorOf, tf, type Wanted } from '../backend/index.ts'
import { tensorOver, type DeviceStore } from './device-store.ts'
import { rateFactor } from './fine-tuning.ts'
import type { AdamWOptions, Optimizer, UpdateOptions } from './optimizer.ts'
import type { ParameterArena } from './parameters.ts'

/** Numbers that one thread adds up in the first pass of a sum over everything. */
const sumWidth = 4096

export class DeviceAdamW implements Optimizer {
  step = 0
  readonly #store: DeviceStore
  readonly #options: Required<AdamWOptions>
  readonly #normOnHost: boolean
  readonly #rates = {
    gradScale: new Float32Array(1),
    decay: new Float32Array(1),
    stepSize: new Float32Array(1),
    inverseRoot: new Float32Array(1),
  }

  /** `normOnHost`: where the arena holds the same gradients, after an all-reduce. */
  constructor(store: DeviceStore, options: AdamWOptions, { normOnHost }: { normOnHost: boolean }) {
    const { weightDecay, layerwiseLrDecay = 1, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
    this.#store = store
    this.#normOnHost = normOnHost
    this.#options = { weightDecay, layerwiseLrDecay, beta1, beta2, epsilon }
  }

  async gradNorm(): Promise<number> {
    const { arena, gradients } = this.#store
    // All ranks sum the same numbers on the host; sums made on different devices may differ in the last bit.
    if (this.#normOnHost) return Math.sqrt(arena.kernels.sumOfSquares(arena.gradients))
    const [sum] = await this.#store.run('sum of squares', () => [{ value: lazy(sumOfSquares(tensorOver(gradients))) }])
    return Math.sqrt(sum![0] as number)
  }

  async update({ learningRate, gradScale = 1 }: UpdateOptions): Promise<void> {
    this.step++
    const { weightDecay, beta1, beta2 } = this.#options
    const rates = this.#rates
    rates.gradScale[0] = gradScale
    rates.decay[0] = learningRate * weightDecay
    rates.stepSize[0] = learningRate / (1 - beta1 ** this.step)
    rates.inverseRoot[0] = 1 / Math.sqrt(1 - beta2 ** this.step)
    await this.#store.run('AdamW', () => this.#record())
  }

  #record(): Wanted[] {
    const { parameters, gradients, firstMoments, secondMoments, decayed } = this.#store
    const { layerwiseLrDecay, beta1, beta2, epsilon } = this.#options
    const { gradScale, decay, stepSize, inverseRoot } = this.#rates
    const fed = (number: Float32Array): tf.Tensor => tensorOf(leaf(number, [], 'float32'))
    const g = tf.mul(tensorOver(gradients), fed(gradScale))
    const m = tf.add(tf.mul(tensorOver(firstMoments), beta1), tf.mul(g, 1 - beta1))
    const v = tf.add(tf.mul(tensorOver(secondMoments), beta2), tf.mul(tf.square(g), 1 - beta2))
    const factors = layerwiseLrDecay === 1 ? null : rateFactors(this.#store.arena, layerwiseLrDecay)
    const atRate = (x: tf.Tensor): tf.Tensor => (factors ? tf.mul(x, factors) : x)
    // What is frozen has neither gradient nor decay: it stays as it is, to the bit.
    const kept = tf.mul(tensorOver(parameters), tf.sub(1, atRate(tf.mul(tensorOver(decayed), fed(decay)))))
    const root = tf.add(tf.mul(tf.sqrt(v), fed(inverseRoot)), epsilon)
    const p = tf.sub(kept, tf.div(atRate(tf.mul(m, fed(stepSize))), root))
    return [
      { value: lazy(p), destination: parameters },
      { value: lazy(m), destination: firstMoments },
      { value: lazy(v), destination: secondMoments },
    ]
  }
}

/** The factor of the learning rate of every number of the arena, made on the device where it is used. */
function rateFactors({ specs, offsets, flatLength, config }: ParameterArena, layerwiseLrDecay: number): tf.Tensor {
  const starts = specs.filter(({ depth }, index) => specs[index - 1]?.depth !== depth)
  const pieces = starts.map(({ name, depth }, index) => {
    const next = starts[index + 1]
    const end = next ? offsets.get(next.name)! : flatLength
    return filled([end - offsets.get(name)!], rateFactor(depth, layerwiseLrDecay, config))
  })
  return tensorOf(concat(pieces))
}

/** In two passes: one alone would leave millions of numbers to a single thread. */
function sumOfSquares(flat: tf.Tensor): tf.Tensor {
  const rows = Math.floor(flat.size / sumWidth)
  const rest = flat.size - rows * sumWidth
  const head = tf.sum(tf.sum(tf.square(tf.reshape(tf.slice(flat, [0], [rows * sumWidth]), [rows, sumWidth])), 1))
  return rest === 0 ? head : tf.add(head, tf.sum(tf.square(tf.slice(flat, [rows * sumWidth], [rest]))))
}
