/** A linear layer in PyTorch's layout, and its three gradients as one Gemm each. */
import { filled } from '../graph.ts'
import { columnSum, gemm } from '../operators.ts'
import type { tf } from '../tf.ts'
import { fuse } from './fused.ts'

export interface LinearOptions {
  /** Factor on the whole result. */
  scale?: number
  /** Stands for a factor on x that the producer left out; it scales the product alone. */
  inputScale?: number
  /** Whether what follows is known not to feel the bias: its gradient is then exactly zero instead of rounding noise. */
  biasCancels?: boolean
}

/** scale · (inputScale · x Wᵀ + b): x [rows, inputs], weight [outputs, inputs], bias [outputs] → [rows, outputs]. */
export function linear(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor,
  { scale = 1, inputScale = 1, biasCancels = false }: LinearOptions = {},
): tf.Tensor {
  const alpha = scale * inputScale
  return fuse([x, weight, bias], (X, W, B) => ({
    value: gemm(X, W, { transposeB: true, alpha, bias: B, beta: scale }),
    gradients: (dy) => [
      gemm(dy, W, { alpha }),
      gemm(dy, X, { transposeA: true, alpha }),
      biasCancels ? filled(B.shape, 0) : columnSum(dy, scale),
    ],
  }))
}
