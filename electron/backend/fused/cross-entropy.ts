/** Softmax cross-entropy, weighted by example and summed (not averaged: ranks divide once, by the global count). */
import type { LazyValue } from '../graph.ts'
import { exp, multiply, reduce, softmax, subtract, unary } from '../operators.ts'
import type { tf } from '../tf.ts'
import { fuse, lazy } from './fused.ts'

/** logits [rows, classes], targets [rows, classes] = weight · one-hot → scalar. A row of zeros counts for nothing. */
export function crossEntropySum(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const T = lazy(targets)
  return fuse([logits], (L) => {
    const logProbabilities = softmax(L, 'LogSoftmax')
    const gradients = (dy: LazyValue): LazyValue[] => {
      const weights = reduce('ReduceSum', T, [1], true)
      return [multiply(subtract(multiply(exp(logProbabilities), weights), T), dy)]
    }
    return { value: unary('Neg', reduce('ReduceSum', multiply(logProbabilities, T), [0, 1], false)), gradients }
  })
}
