/**
 * How a fused operation is written: one function records the forward pass and returns, with the result, a function
 * that records all gradients from `dy`. Both see each other's lazy values, so nothing is computed twice and no
 * tensor has to be saved; what nobody reads is never run.
 */
import type { LazyValue } from '../graph.ts'
import { backendName, type OnnxRuntimeBackend } from '../onnxruntime-backend.ts'
import { tf } from '../tf.ts'

export interface Recorded {
  value: LazyValue
  /** One gradient for each input, of its shape. */
  gradients: (dy: LazyValue) => LazyValue[]
}

/** Runs `build` on the values of differentiable `inputs`; other operands go through its closure, see `lazy`. */
export function fuse(inputs: readonly tf.Tensor[], build: (...values: LazyValue[]) => Recorded): tf.Tensor {
  const operation = tf.customGrad((...tensors) => {
    const { value, gradients } = build(...inputs.map((_, index) => lazy(tensors[index] as tf.Tensor)))
    return { value: tensorOf(value), gradFunc: (dy: tf.Tensor) => gradients(lazy(dy)).map(tensorOf) }
  })
  return operation(...inputs)
}

export const lazy = (tensor: tf.Tensor): LazyValue => backend().lazyValue(tensor)

export const tensorOf = (value: LazyValue): tf.Tensor => tf.engine().makeTensorFromTensorInfo(backend().store(value))

function backend(): OnnxRuntimeBackend {
  return tf.engine().findBackend(backendName) as OnnxRuntimeBackend
}
