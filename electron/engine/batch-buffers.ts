/** The buffers through which batches of one shape enter a captured graph. */
import { leaf, tensorOf, tf } from '../backend/index.ts'
import type { Batch } from '../data/types.ts'

/** Added to the scores of padding: their probabilities become exactly 0, and no row of infinities can give NaN. */
const maskedScore = -1e9

export class BatchBuffers {
  readonly #rows: number
  readonly #length: number
  readonly #labelCount: number
  readonly #ids: Int32Array
  readonly #mask: Float32Array
  readonly #targets: Float32Array

  constructor(rows: number, length: number, labelCount: number) {
    this.#rows = rows
    this.#length = length
    this.#labelCount = labelCount
    this.#ids = new Int32Array(rows * length)
    this.#mask = new Float32Array(rows * length)
    this.#targets = new Float32Array(rows * labelCount)
  }

  /** Tensors over the buffers, for tracing. */
  tensors(): { ids: tf.Tensor; mask: tf.Tensor; targets: tf.Tensor } {
    const [rows, length] = [this.#rows, this.#length]
    return {
      ids: tensorOf(leaf(this.#ids, [rows, length], 'int32', { isElastic: true })),
      mask: tensorOf(leaf(this.#mask, [rows, 1, 1, length], 'float32', { isElastic: true })),
      targets: tensorOf(leaf(this.#targets, [rows, this.#labelCount], 'float32', { isElastic: true })),
    }
  }

  fill(batch: Batch): void {
    this.#ids.set(batch.ids)
    for (let index = 0; index < this.#mask.length; index++) this.#mask[index] = batch.attentionMask[index] === 0 ? maskedScore : 0
    this.#targets.fill(0)
    for (let row = 0; row < this.#rows; row++) this.#targets[row * this.#labelCount + batch.labels[row]!] = batch.weights[row]!
  }
}
