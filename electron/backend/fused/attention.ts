/** Multi-head scaled dot-product attention, softmax and dropout included, with its gradients. */
import type { LazyValue } from '../graph.ts'
import { add, matMul, multiply, reduce, softmax, subtract } from '../operators.ts'
import type { tf } from '../tf.ts'
import { fuse, lazy } from './fused.ts'
import { gathersOf, type TokenLayout } from './token-layout.ts'

/**
 * q, k and v [flat, dim] → [flat, dim]. `mask` [rows, 1, 1, length] is added to the scores; `dropout`
 * [rows, heads, length, length] multiplies the probabilities.
 */
export function attention(
  [q, k, v]: [tf.Tensor, tf.Tensor, tf.Tensor],
  mask: tf.Tensor,
  dropout: tf.Tensor | null,
  layout: TokenLayout,
): tf.Tensor {
  const M = lazy(mask)
  const D = dropout && lazy(dropout)
  const { splitHeads, mergeHeads } = gathersOf(layout)
  const drop = (p: LazyValue): LazyValue => (D ? multiply(p, D) : p)
  return fuse([q, k, v], (flatQ, flatK, flatV) => {
    const Q = splitHeads(flatQ)
    const K = splitHeads(flatK)
    const V = splitHeads(flatV)
    const alpha = 1 / Math.sqrt(Q.shape[3]!)
    const probabilities = softmax(add(matMul(Q, K, { transposeB: true, alpha }), M))
    const dropped = drop(probabilities)
    const output = matMul(dropped, V)
    const gradients = (dy: LazyValue): LazyValue[] => {
      const dOutput = splitHeads(dy)
      const dProbabilities = drop(matMul(dOutput, V, { transposeB: true }))
      // Σ p·dp over a row equals Σ o·do, which is shorter to sum (Dao et al. 2022, FlashAttention, appendix B).
      const rowTerm = reduce('ReduceSum', multiply(dOutput, output), [3], true)
      const dScores = multiply(subtract(dProbabilities, rowTerm), probabilities)
      return [
        mergeHeads(matMul(dScores, K, { alpha })),
        mergeHeads(matMul(dScores, Q, { transposeA: true, alpha })),
        mergeHeads(matMul(dropped, dOutput, { transposeA: true })),
      ]
    }
    return { value: mergeHeads(output), gradients }
  })
}
