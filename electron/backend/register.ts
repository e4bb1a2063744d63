/** Registers kernels with TensorFlow.js: a kernel is a function from lazy values to a lazy value. */
import type { LazyValue } from './graph.ts'
import { backendName, type OnnxRuntimeBackend } from './onnxruntime-backend.ts'
import { tf } from './tf.ts'

/** Inputs by name; a kernel with any number of inputs (Concat, AddN) finds them under '0', '1' … */
export type KernelInputs = Readonly<Record<string, LazyValue>>
export type KernelAttributes = Readonly<Record<string, unknown>>

export function registerKernel(kernelName: string, recordKernel: (inputs: KernelInputs, attributes: KernelAttributes) => LazyValue): void {
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const onnxRuntime = backend as OnnxRuntimeBackend
      const values: Record<string, LazyValue> = {}
      for (const [name, tensor] of Object.entries(inputs)) if (tensor) values[name] = onnxRuntime.lazyValue(tensor)
      return onnxRuntime.store(recordKernel(values, attrs ?? {}))
    },
  })
}
