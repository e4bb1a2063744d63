/**
 * Rows of token ids as one rectangular batch, padded to its own longest row and not to `maxLength`: padding costs as
 * much as reading. Lengths are rounded up and short batches filled, so that few shapes exist; each new one costs the
 * runtime a compilation.
 */
import { padId } from './tokenizer-json.ts'
import type { Batch, TokenizedExamples } from './types.ts'

export interface BatchShape {
  /** Rows of the batch; those beyond `indices` are filling. */
  rows: number
  /** The padded length is a multiple of this … */
  lengthMultiple: number
  /** … unless that is more than this, the longest sequence that the model takes. */
  maxLength?: number
}

/** The batch of the rows `indices` of `examples`, at most `shape.rows` of them. */
export function makeBatch(examples: TokenizedExamples, indices: ArrayLike<number>, shape: BatchShape): Batch {
  const { rows, lengthMultiple, maxLength = Infinity } = shape
  if (indices.length > rows) throw new RangeError(`${indices.length} examples do not fit into ${rows} rows`)
  let longest = 1
  for (let row = 0; row < indices.length; row++) longest = Math.max(longest, examples.ids[indices[row]!]!.length)
  const length = Math.max(longest, Math.min(maxLength, Math.ceil(longest / lengthMultiple) * lengthMultiple))

  // region pad
  const ids = new Int32Array(rows * length).fill(padId)
  const attentionMask = new Float32Array(rows * length)
  const labels = new Int32Array(rows)
  const weights = new Float32Array(rows)
  let tokenCount = 0
  for (let row = 0; row < rows; row++) {
    const start = row * length
    if (row >= indices.length) {
      attentionMask[start] = 1
      continue
    }
    const tokens = examples.ids[indices[row]!]!
    ids.set(tokens, start)
    attentionMask.fill(1, start, start + tokens.length)
    labels[row] = examples.labels[indices[row]!]!
    weights[row] = 1
    tokenCount += tokens.length
  }
  // endregion
  return { rows, length, ids, attentionMask, labels, weights, exampleCount: indices.length, tokenCount }
}
