/**
 * Where the tokens of a batch lie, as operands of the gathers between the flat matrix of tokens and attention's grid of
 * rows × length. A gather and its inverse are each other's gradients, as long as what is read twice or not at all has
 * the gradient zero: whoever fills the layout sees to that.
 */
import type { LazyValue } from '../graph.ts'
import { gatherRows, reshape } from '../operators.ts'
import type { tf } from '../tf.ts'
import { lazy } from './fused.ts'

export interface TokenLayout {
  rows: number
  length: number
  /** Rows of the flat matrix, the first tokens of all rows first. */
  flat: number
  heads: number
  /** int32 [flat]: word and position of each flat row. */
  ids: tf.Tensor
  positions: tf.Tensor
  /** int32 [flat]: its place in the grid, and [rows, length] the inverse. */
  placeOf: tf.Tensor
  flatOf: tf.Tensor
  /** The same for the slices of single heads: int32 [flat·heads] into rows × heads × length, and [rows, heads, length] back. */
  headPlaceOf: tf.Tensor
  headFlatOf: tf.Tensor
  /** [length, flat], 1 where a token stands at a position: a product with it adds up over the rows. */
  positionSums: tf.Tensor
}

export interface Gathers {
  /** [flat, dim] → [rows, length, dim] */
  toGrid(x: LazyValue): LazyValue
  /** [rows, length, dim] → [flat, dim] */
  toFlat(x: LazyValue): LazyValue
  /** [flat, dim] → [rows, heads, length, dim / heads] */
  splitHeads(x: LazyValue): LazyValue
  /** [rows, heads, length, size] → [flat, heads·size] */
  mergeHeads(x: LazyValue): LazyValue
}

export function gathersOf({ rows, length, flat, heads, placeOf, flatOf, headPlaceOf, headFlatOf }: TokenLayout): Gathers {
  const indices = { placeOf: lazy(placeOf), flatOf: lazy(flatOf), headPlaceOf: lazy(headPlaceOf), headFlatOf: lazy(headFlatOf) }
  return {
    toGrid: (x) => gatherRows(x, indices.flatOf),
    toFlat: (x) => gatherRows(reshape(x, [rows * length, x.shape[2]!]), indices.placeOf),
    splitHeads: (x) => gatherRows(reshape(x, [flat * heads, x.shape[1]! / heads]), indices.headFlatOf),
    mergeHeads: (x) => {
      const size = x.shape[3]!
      return reshape(gatherRows(reshape(x, [rows * heads * length, size]), indices.headPlaceOf), [flat, heads * size])
    },
  }
}
