/** A session of ONNX Runtime on the CPU for a model that only answers: the one place that says how such sessions are opened. */
import { InferenceSession } from 'onnxruntime-node'

/** `model`: a file's path, or its bytes. `threads` are ONNX Runtime's. */
export function openCpuSession(model: string | Uint8Array, threads: number): Promise<InferenceSession> {
  const options = { executionProviders: ['cpu'], intraOpNumThreads: threads, logSeverityLevel: 3 } as const
  return typeof model === 'string' ? InferenceSession.create(model, options) : InferenceSession.create(model, options)
}
