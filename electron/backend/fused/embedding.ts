/**
 * Word and position embeddings, added. The gradient of the word table leaves the graph as rows and is added up on
 * the host: ONNX Runtime's ScatterND with addition races between threads. The whole table is zeroed first, because
 * after an all-reduce it also holds rows that only other ranks touched. Where the rows must not leave the device, the
 * table is gathered instead of scattered, which needs no addition in random places either.
 */
import { derivedLeaf, filled, recordHostStep, type LazyValue } from '../graph.ts'
import { add, binary, cast, concat, gatherRows, matMul, pad, reshape } from '../operators.ts'
import type { tf } from '../tf.ts'
import { fuse, lazy } from './fused.ts'
import type { TokenLayout } from './token-layout.ts'

/** words [vocabulary, dim], positions [most, dim] → [flat, dim]. `paddingId` gets no gradient. */
export function embed(layout: TokenLayout, words: tf.Tensor, positions: tf.Tensor, paddingId: number): tf.Tensor {
  const ids = lazy(layout.ids)
  if (ids.source.kind !== 'leaf') throw new Error('Token ids must come from the host')
  const idData = ids.source.data as Int32Array
  return fuse([words, positions], (W, P) => {
    const [most, dim] = P.shape as [number, number]
    const { length } = layout
    if (length > most) throw new Error(`${length} tokens are more than the model's ${most} positions`)
    const gradients = (dy: LazyValue): LazyValue[] => [
      recordHostStep(
        [dy],
        W.shape,
        ([rowGradients], table) => scatterAddRows(rowGradients as Float32Array, idData, table as Float32Array, dim, paddingId),
        () => gatherTable(ids, idData, dy, W.shape[0]!, paddingId),
      ),
      pad(matMul(lazy(layout.positionSums), dy), [0, 0], [most - length, 0]),
    ]
    return { value: add(gatherRows(W, ids), gatherRows(P, lazy(layout.positions))), gradients }
  })
}

function scatterAddRows(rows: Float32Array, ids: Int32Array, table: Float32Array, dim: number, paddingId: number): void {
  table.fill(0)
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!
    if (id === paddingId) continue
    const to = id * dim
    const from = row * dim
    for (let column = 0; column < dim; column++) table[to + column]! += rows[from + column]!
  }
}

/**
 * The same table without the host. For each position, the sum over all positions of the same id is one product with a
 * 0/1 matrix; each word then looks up the position where it occurs last, or a row of zeros. No two sums meet in one
 * place, so the result is the same at every run.
 */
function gatherTable(ids: LazyValue, idData: Int32Array, rowGradients: LazyValue, vocabSize: number, paddingId: number): LazyValue {
  const [positions, dim] = rowGradients.shape as [number, number]
  const isSame = binary('Equal', reshape(ids, [positions, 1]), reshape(ids, [1, positions]), 'bool')
  const sums = matMul(cast(isSame, 'float32'), rowGradients)
  const rowOfWord = new Int32Array(vocabSize)
  const rows = derivedLeaf(rowOfWord, [vocabSize], 'int32', () => {
    rowOfWord.fill(0)
    for (const [position, id] of idData.entries()) if (id !== paddingId) rowOfWord[id] = position + 1
  })
  return gatherRows(concat([filled([1, dim], 0), sums]), rows)
}
