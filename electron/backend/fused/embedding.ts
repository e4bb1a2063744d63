/**
 * Word and position embeddings, added. The gradient of the word table leaves the graph as rows and is added up on
 * the host: ONNX Runtime's ScatterND with addition races between threads. The whole table is zeroed first, because
 * after an all-reduce it also holds rows that only other ranks touched.
 */
import { recordHostStep, type LazyValue } from '../graph.ts'
import { add, gatherRows, matMul, pad } from '../operators.ts'
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
      recordHostStep([dy], W.shape, ([rowGradients], table) => {
        scatterAddRows(rowGradients as Float32Array, idData, table as Float32Array, dim, paddingId)
      }),
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
