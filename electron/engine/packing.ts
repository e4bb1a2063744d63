/**
 * A batch without its padding. Everything but attention works on single tokens, so padding need not pass through it:
 * the real tokens lie in one matrix of `flat` rows, and only attention sees the grid of rows × length. This file says
 * where each token goes; the gathers that move them replace the transposes that attention would need anyway.
 *
 * Flat rows are in order of position: the first tokens of all rows come first. Behind the tokens come blank rows (at
 * least one wherever there is padding, more to make few different sizes): every padded place of the grid reads a blank
 * row and every blank row a padded place. Padding is masked, so nothing flows through either, and gradients there are 0.
 */
import type { Batch } from '../data/types.ts'

/** Sizes of a batch, all that a graph depends on. */
export interface PackedShape {
  rows: number
  /** Longest row, padded. */
  length: number
  /** Rows of the flat matrix. */
  flat: number
}

/** Sixteen sizes at most for one grid: each costs a trace. `keepPadding`: as others compute. */
export function packedShape(
  { rows, length, attentionMask }: Pick<Batch, 'rows' | 'length' | 'attentionMask'>,
  keepPadding = false,
): PackedShape {
  const places = rows * length
  if (keepPadding) return { rows, length, flat: places }
  const tokens = attentionMask.reduce((count, one) => count + (one === 0 ? 0 : 1), 0)
  if (tokens === places) return { rows, length, flat: places }
  const granularity = Math.max(8, 2 ** Math.floor(Math.log2(places / 16)))
  return { rows, length, flat: Math.min(places, Math.ceil((tokens + 1) / granularity) * granularity) }
}

/** Both ways between flat rows and places of the grid (row · length + position). */
export interface Packing {
  /** [flat]: the place of each flat row. */
  placeOf: Int32Array
  /** [rows × length]: the flat row of each place. */
  flatOf: Int32Array
}

export const allocatePacking = ({ rows, length, flat }: PackedShape): Packing => ({
  placeOf: new Int32Array(flat),
  flatOf: new Int32Array(rows * length),
})

/** Fills `packing`, made for `shape`. `attentionMask` must have the first position of every row set. */
export function packTokens(
  { attentionMask }: Pick<Batch, 'attentionMask'>,
  { rows, length, flat }: PackedShape,
  { placeOf, flatOf }: Packing,
): void {
  let next = 0
  let padded = -1
  for (let position = 0; position < length; position++) {
    for (let row = 0; row < rows; row++) {
      const place = row * length + position
      if (attentionMask[place] === 0) {
        padded = place
        flatOf[place] = flat - 1
      } else {
        placeOf[next] = place
        flatOf[place] = next++
      }
    }
  }
  placeOf.fill(padded, next)
}
