/**
 * Attention in which only the first position of each row asks, computed without anybody's keys and values. A score is
 * q · (K x) = (Kᵀ q) · x and an answer Σ p (V x) = V (Σ p x): with one question a row, multiplying the question and the
 * weighted sum by the matrices is `length` times less work than multiplying every token. Results and gradients are the
 * same. (DeepSeek-AI 2024, "DeepSeek-V2", absorbs matrices in this way for decoding.)
 */
import { filled, record, type LazyValue } from '../graph.ts'
import { add, columnSum, matMul, multiply, reduce, reshape, softmax, subtract, transpose } from '../operators.ts'
import type { tf } from '../tf.ts'
import { fuse, lazy } from './fused.ts'
import { gathersOf, type TokenLayout } from './token-layout.ts'

export interface FirstPositionInputs {
  /** The questions, [rows, dim]. */
  query: tf.Tensor
  /** [flat, dim] */
  tokens: tf.Tensor
  keyWeight: tf.Tensor
  /** A shift of all keys moves all scores of a question alike, which softmax does not feel: its gradient is zero. */
  keyBias: tf.Tensor
  valueWeight: tf.Tensor
  valueBias: tf.Tensor
}

/** → [rows, dim]. `mask` [rows, 1, 1, length] is added to the scores; `dropout` [rows, heads, 1, length] multiplies the probabilities. */
export function firstPositionAttention(
  { query, tokens, keyWeight, keyBias, valueWeight, valueBias }: FirstPositionInputs,
  mask: tf.Tensor,
  dropout: tf.Tensor | null,
  layout: TokenLayout,
): tf.Tensor {
  const { rows, length, heads } = layout
  const { toGrid, toFlat } = gathersOf(layout)
  const M = reshape(lazy(mask), [rows, 1, length])
  const D = dropout && reshape(lazy(dropout), [rows, heads, length])
  const drop = (p: LazyValue): LazyValue => (D ? multiply(p, D) : p)
  return fuse([query, tokens, keyWeight, keyBias, valueWeight, valueBias], (flatQ, flatX, flatWK, BK, flatWV, flatBV) => {
    const dim = flatX.shape[1]!
    const size = dim / heads
    const alpha = 1 / Math.sqrt(size)
    const byHead = (x: LazyValue): LazyValue => transpose(x, [1, 0, 2])
    const byRow = byHead
    const Q = byHead(reshape(flatQ, [rows, heads, size]))
    const X = toGrid(flatX)
    const WK = reshape(flatWK, [heads, size, dim])
    const WV = reshape(flatWV, [heads, size, dim])
    const BV = reshape(flatBV, [1, heads, size])

    const asked = byRow(matMul(Q, WK, { alpha }))
    const probabilities = softmax(add(matMul(asked, X, { transposeB: true }), M))
    const dropped = drop(probabilities)
    const pooled = byHead(matMul(dropped, X))
    const values = byRow(matMul(pooled, WV, { transposeB: true }))
    // Probabilities add up to 1, dropped ones do not.
    const mass = D && reduce('ReduceSum', dropped, [2], true)
    const value = add(values, mass ? multiply(mass, BV) : BV)

    const gradients = (dy: LazyValue): LazyValue[] => {
      const dValue = reshape(dy, [rows, heads, size])
      const dValues = byHead(dValue)
      const dPooled = byRow(matMul(dValues, WV))
      const dDropped = matMul(dPooled, X, { transposeB: true })
      const dMass = D && reduce('ReduceSum', multiply(dValue, BV), [2], true)
      const dProbabilities = drop(dMass ? add(dDropped, dMass) : dDropped)
      const rowTerm = reduce('ReduceSum', multiply(dProbabilities, probabilities), [2], true)
      const dScores = multiply(subtract(dProbabilities, rowTerm), probabilities)
      const dAsked = byHead(matMul(dScores, X, { alpha }))
      // Both ways in which a token was used, as one product.
      const uses = concatHeads(dropped, dScores)
      const dTokens = matMul(uses, concatHeads(dPooled, asked), { transposeA: true })
      return [
        reshape(byRow(matMul(dAsked, WK, { transposeB: true })), [rows, dim]),
        toFlat(dTokens),
        reshape(matMul(Q, dAsked, { transposeA: true }), [dim, dim]),
        filled(BK.shape, 0),
        reshape(matMul(dValues, pooled, { transposeA: true }), [dim, dim]),
        columnSum(mass ? reshape(multiply(mass, dValue), [rows, dim]) : dy),
      ]
    }
    return { value: reshape(value, [rows, dim]), gradients }
  })
}

/** [rows, heads, n] twice → [rows, 2·heads, n] */
function concatHeads(a: LazyValue, b: LazyValue): LazyValue {
  const [rows, heads, last] = a.shape as [number, number, number]
  return record('Concat', [a, b], { axis: 1 }, [rows, 2 * heads, last])
}
