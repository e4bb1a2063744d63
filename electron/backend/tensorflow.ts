/**
 * TensorFlow's native library as a TensorFlow.js backend, from a package that is optional and whose library no install
 * fetches. It shares the engine and the table of kernels with this process' TensorFlow.js, both global; its versions
 * must be the same. Loading it may fail or end the process: the lab does so in a probe first.
 */
import { createRequire } from 'node:module'
import util from 'node:util'
import { tf } from './tf.ts'

export const tensorFlowBackend = 'tensorflow'
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']

export interface TensorFlowLibrary {
  /** Of the package, which is that of TensorFlow.js. */
  version: string
  onGpu: boolean
}

/** Loads it at the first call. Throws what the first installed package throws. */
export function loadTensorFlow(): TensorFlowLibrary {
  const known = tf.engine().findBackend(tensorFlowBackend)
  if (known) return describe(known)
  restoreRemovedUtilities()
  const require = createRequire(import.meta.url)
  const recording = tf.getBackend()
  let failure: unknown
  for (const name of packages) {
    try {
      require(name)
      // The package makes itself the active backend; recording goes on with ours.
      if (recording) void tf.setBackend(recording)
      return describe(tf.engine().findBackend(tensorFlowBackend))
    } catch (error) {
      // The first has the better reason; the second is usually just absent.
      failure ??= error
    }
  }
  throw failure
}

function describe(backend: object | null): TensorFlowLibrary {
  if (!backend) throw new Error('It loaded, but brought no backend: its version must be that of @tensorflow/tfjs-core')
  return { version: tf.version_core, onGpu: 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true }
}

/** The packages call one function that Node 23 removed; everything else of them still works. */
function restoreRemovedUtilities(): void {
  const target = util as { isNullOrUndefined?: (value: unknown) => boolean }
  target.isNullOrUndefined ??= (value) => value === null || value === undefined
}
