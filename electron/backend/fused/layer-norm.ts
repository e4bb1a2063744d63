/**
 * Layer normalisation over the last axis. The backward pass takes the normalised input from a second
 * LayerNormalization(x, ones), one fused pass, and the two means per row as products with a vector; reductions over
 * rows or columns are slower on this runtime.
 */
import { filled, recordMany, scalar, type LazyValue } from '../graph.ts'
import { asMatrix, columnSum, matMul, multiply, reshape, subtract } from '../operators.ts'
import type { tf } from '../tf.ts'
import { fuse } from './fused.ts'

/** x [..., features], gamma and beta [features]. */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  return fuse([x, gamma, beta], (X, G, B) => {
    const features = X.shape.at(-1)!
    const { value, inverseDeviation } = normalise(X, G, epsilon, B)
    const gradients = (dy: LazyValue): LazyValue[] => {
      const normalised = normalise(X, filled([features], 1), epsilon).value
      const product = multiply(dy, normalised)
      const meanWeights = reshape(multiply(G, scalar(1 / features)), [features, 1])
      const meanPerRow = (v: LazyValue): LazyValue => reshape(matMul(asMatrix(v), meanWeights), inverseDeviation.shape)
      const centred = subtract(subtract(multiply(dy, G), multiply(normalised, meanPerRow(product))), meanPerRow(dy))
      return [multiply(centred, inverseDeviation), columnSum(asMatrix(product)), columnSum(asMatrix(dy))]
    }
    return { value, gradients }
  })
}

function normalise(x: LazyValue, gamma: LazyValue, epsilon: number, beta?: LazyValue): { value: LazyValue; inverseDeviation: LazyValue } {
  const rowShape = x.shape.with(-1, 1)
  const [value, , inverseDeviation] = recordMany(
    'LayerNormalization',
    beta ? [x, gamma, beta] : [x, gamma],
    { axis: -1, epsilon: { float: epsilon } },
    [x.shape, rowShape, rowShape].map((shape) => ({ shape, type: 'float32' })),
  )
  return { value: value!, inverseDeviation: inverseDeviation! }
}
