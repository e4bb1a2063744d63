/**
 * Front door of the TensorFlow.js backend `onnxruntime`. One per process and thread, because TensorFlow.js has one
 * global engine. A graph runs on the CPU or on the device that it was captured for, through onnxruntime-node's public
 * interface.
 */
import { Executor } from './executor.ts'
import { registerElementwiseKernels } from './kernels/elementwise.ts'
import { registerMatMulKernels } from './kernels/matmul.ts'
import { registerReductionKernels } from './kernels/reduction.ts'
import { registerShapeKernels } from './kernels/shape.ts'
import { backendName, OnnxRuntimeBackend } from './onnxruntime-backend.ts'
import { SessionCache } from './session-cache.ts'
import { tf } from './tf.ts'

export { tf } from './tf.ts'
export { lazy, tensorOf } from './fused/fused.ts'
export { indices, leaf, onDevice, record, scalar, filled, type Attributes, type LazyValue } from './graph.ts'
export type { CapturedGraph, Wanted } from './executor.ts'
export { elementTypes, encodeAttribute, encodeConstant, encodeNode } from './onnx-model.ts'
export { concat } from './operators.ts'
export { makePlan, type Plan } from './plan.ts'
export { loadTensorFlow } from './tensorflow.ts'
export { Resident, residentLeaf } from './resident.ts'
export type { OnnxRuntimeBackend } from './onnxruntime-backend.ts'
export { attention } from './fused/attention.ts'
export { crossEntropySum } from './fused/cross-entropy.ts'
export { embed } from './fused/embedding.ts'
export { firstPositionAttention } from './fused/first-position-attention.ts'
export { geluScale, scaledGelu } from './fused/gelu.ts'
export { layerNorm } from './fused/layer-norm.ts'
export { linear, type LinearOptions } from './fused/linear.ts'
export type { TokenLayout } from './fused/token-layout.ts'

/** Training and inference of a few models need three each; beyond this the session used longest ago is let go. */
const maxSessions = 24

/** The backend of this process, made and registered at the first call. `threads` is for plain reads of tensors. */
export function createBackend({ threads }: { threads: number }): OnnxRuntimeBackend {
  const existing = tf.engine().findBackend(backendName)
  if (existing) return existing as OnnxRuntimeBackend

  const backend = new OnnxRuntimeBackend(new Executor(new SessionCache(maxSessions)), threads)
  registerElementwiseKernels()
  registerShapeKernels()
  registerReductionKernels()
  registerMatMulKernels()
  tf.registerBackend(backendName, () => backend)
  // Settles at once: the factory is synchronous.
  void tf.setBackend(backendName)
  return backend
}
