/** The buffers through which batches of one shape enter a captured graph. */
import { leaf, tensorOf, type TokenLayout } from '../backend/index.ts'
import type { tf } from '../backend/index.ts'
import type { Batch } from '../data/types.ts'
import { allocatePacking, packTokens, type PackedShape, type Packing } from './packing.ts'

/** The tensors of `TokenLayout` that a forward pass reads, and the attention mask. */
export type LayoutPart = 'ids' | 'positions' | 'placeOf' | 'flatOf' | 'headPlaceOf' | 'headFlatOf' | 'mask'

/** Added to the scores of padding: their probabilities become exactly 0, and no row of infinities can give NaN. */
const maskedScore = -1e9

export class BatchBuffers {
  readonly #shape: PackedShape
  readonly #heads: number
  readonly #labelCount: number
  readonly #ids: Int32Array
  readonly #positions: Int32Array
  readonly #packing: Packing
  readonly #headPlaceOf: Int32Array
  readonly #headFlatOf: Int32Array
  /** Only gradients need it, and it is the largest: [length × flat], else empty. */
  readonly #positionSums: Float32Array
  readonly #mask: Float32Array
  readonly #targets: Float32Array

  constructor(shape: PackedShape, heads: number, labelCount: number, { forGradients = true } = {}) {
    const { rows, length, flat } = shape
    this.#shape = shape
    this.#heads = heads
    this.#labelCount = labelCount
    this.#ids = new Int32Array(flat)
    this.#positions = new Int32Array(flat)
    this.#packing = allocatePacking(shape)
    this.#headPlaceOf = new Int32Array(flat * heads)
    this.#headFlatOf = new Int32Array(rows * heads * length)
    this.#positionSums = new Float32Array(forGradients ? length * flat : 0)
    this.#mask = new Float32Array(rows * length)
    this.#targets = new Float32Array(rows * labelCount)
  }

  /** What a forward pass reads. */
  parts(): Record<LayoutPart, { data: Int32Array | Float32Array; shape: number[] }> {
    const { rows, length, flat } = this.#shape
    const heads = this.#heads
    return {
      ids: { data: this.#ids, shape: [flat] },
      positions: { data: this.#positions, shape: [flat] },
      placeOf: { data: this.#packing.placeOf, shape: [flat] },
      flatOf: { data: this.#packing.flatOf, shape: [rows, length] },
      headPlaceOf: { data: this.#headPlaceOf, shape: [flat * heads] },
      headFlatOf: { data: this.#headFlatOf, shape: [rows, heads, length] },
      mask: { data: this.#mask, shape: [rows, 1, 1, length] },
    }
  }

  /** Tensors over the buffers, for tracing. */
  tensors(): { layout: TokenLayout; mask: tf.Tensor; targets: tf.Tensor } {
    const { rows, length, flat } = this.#shape
    const tensor = (data: Int32Array | Float32Array, shape: number[]): tf.Tensor =>
      tensorOf(leaf(data, shape, data instanceof Int32Array ? 'int32' : 'float32', { isElastic: true }))
    const parts = this.parts()
    const part = (name: LayoutPart): tf.Tensor => tensor(parts[name].data, parts[name].shape)
    return {
      layout: {
        rows,
        length,
        flat,
        heads: this.#heads,
        ids: part('ids'),
        positions: part('positions'),
        placeOf: part('placeOf'),
        flatOf: part('flatOf'),
        headPlaceOf: part('headPlaceOf'),
        headFlatOf: part('headFlatOf'),
        positionSums: tensor(this.#positionSums, this.#positionSums.length === 0 ? [0] : [length, flat]),
      },
      mask: part('mask'),
      targets: tensor(this.#targets, [rows, this.#labelCount]),
    }
  }

  /** `batch` must be of the shape that these buffers were made for. */
  fill(batch: Batch): void {
    const { length, flat } = this.#shape
    const heads = this.#heads
    const { placeOf, flatOf } = this.#packing
    packTokens(batch, this.#shape, this.#packing)
    this.#positionSums.fill(0)
    for (let index = 0; index < flat; index++) {
      const place = placeOf[index]!
      const [row, position] = [Math.floor(place / length), place % length]
      const isToken = batch.attentionMask[place] !== 0
      this.#ids[index] = batch.ids[place]!
      this.#positions[index] = position
      // Past its end where it is empty: nothing happens.
      if (isToken) this.#positionSums[position * flat + index] = 1
      for (let head = 0; head < heads; head++) this.#headPlaceOf[index * heads + head] = (row * heads + head) * length + position
    }
    for (let place = 0; place < flatOf.length; place++) {
      const [row, position] = [Math.floor(place / length), place % length]
      for (let head = 0; head < heads; head++) this.#headFlatOf[(row * heads + head) * length + position] = flatOf[place]! * heads + head
      this.#mask[place] = batch.attentionMask[place] === 0 ? maskedScore : 0
    }
    this.#targets.fill(0)
    for (let row = 0; row < batch.rows; row++) this.#targets[row * this.#labelCount + batch.labels[row]!] = batch.weights[row]!
  }
}
