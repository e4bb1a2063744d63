/** Multi-head scaled dot-product attention, softmax and dropout included, with its gradients. */
import type { LazyValue } from '../graph.ts'
import { add, matMul, multiply, reduce, reshape, softmax, subtract, transpose } from '../operators.ts'
import type { tf } from '../tf.ts'
import { fuse, lazy } from './fused.ts'

export interface AttentionShape {
  rows: number
  length: number
  heads: number
  /** Positions that ask: `length`, or 1 where only the first position's answer is wanted. */
  queryLength: number
}

/**
 * q [rows·queryLength, dim], k and v [rows·length, dim] → [rows·queryLength, dim]. `mask` [rows, 1, 1, length] is
 * added to the scores; `dropout` [rows, heads, queryLength, length] multiplies the probabilities.
 */
export function attention(
  [q, k, v]: [tf.Tensor, tf.Tensor, tf.Tensor],
  mask: tf.Tensor,
  dropout: tf.Tensor | null,
  { rows, length, heads, queryLength }: AttentionShape,
): tf.Tensor {
  const M = lazy(mask)
  const D = dropout && lazy(dropout)
  const drop = (p: LazyValue): LazyValue => (D ? multiply(p, D) : p)
  return fuse([q, k, v], (flatQ, flatK, flatV) => {
    const Q = splitHeads(flatQ, rows, queryLength, heads)
    const K = splitHeads(flatK, rows, length, heads)
    const V = splitHeads(flatV, rows, length, heads)
    const alpha = 1 / Math.sqrt(Q.shape[3]!)
    const probabilities = softmax(add(matMul(Q, K, { transposeB: true, alpha }), M))
    const dropped = drop(probabilities)
    const output = matMul(dropped, V)
    const gradients = (dy: LazyValue): LazyValue[] => {
      const dOutput = splitHeads(dy, rows, queryLength, heads)
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

function splitHeads(x: LazyValue, rows: number, length: number, heads: number): LazyValue {
  return transpose(reshape(x, [rows, length, heads, x.shape[1]! / heads]), [0, 2, 1, 3])
}

function mergeHeads(x: LazyValue): LazyValue {
  const [rows, heads, length, size] = x.shape as [number, number, number, number]
  return reshape(transpose(x, [0, 2, 1, 3]), [rows * length, heads * size])
}
