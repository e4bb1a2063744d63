/**
 * Whether TensorFlow's native library loads: tfjs-node-gpu, an optional package whose library no install fetches. It is
 * compiled against an old library and may take the whole process with it, which is why it is tried in one of its own.
 */
import { createRequire } from 'node:module'
import util from 'node:util'
import { z } from 'zod'
import { failedProbe, type ProbeResult } from './protocol.ts'

const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']

interface TensorFlow {
  version: { 'tfjs-node'?: string; 'tfjs-core': string }
  tensor2d(values: number[], shape: [number, number]): { matMul(other: unknown): { data(): Promise<Float32Array> } }
  backend(): { isUsingGpuDevice?: boolean; isGPUPackage?: boolean }
}

export async function probeTensorFlow(): Promise<ProbeResult> {
  restoreRemovedUtilities()
  const require = createRequire(import.meta.url)
  let failure: ProbeResult | null = null
  for (const name of packages) {
    try {
      const tf = require(name) as TensorFlow
      const version = packageSchema.parse(require(`${name}/package.json`)).version
      const a = tf.tensor2d([1, 2, 3, 4], [2, 2])
      const product = [...(await a.matMul(a).data())]
      const works = product.join() === '7,10,15,22'
      const onGpu = works && tf.backend().isUsingGpuDevice === true
      return { works, onGpu, version, error: works ? null : `It computes nonsense: ${product.join()}.` }
    } catch (error) {
      // The first that is installed has the better reason; the other is merely absent.
      failure ??= failedProbe(error)
    }
  }
  return failure!
}

const packageSchema = z.object({ version: z.string() })

/** The package calls one function that Node 23 removed; everything else of it still works. */
function restoreRemovedUtilities(): void {
  const target = util as { isNullOrUndefined?: (value: unknown) => boolean }
  target.isNullOrUndefined ??= (value) => value === null || value === undefined
}
