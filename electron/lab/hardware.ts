/**
 * What this machine is, as far as it shows at once. Nothing is promised that was not tried: GPUs are named and called
 * unusable until device-trials.ts has computed on them.
 */
import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Hardware } from '../../shared/domain/hardware.ts'
import { projectRoot } from '../paths.ts'
import { listGpus } from './gpu-list.ts'

export const cpuBackendName = 'onnxruntime (CPU)'

/** Takes up to two seconds where a graphics driver is slow to answer; call it once and keep the answer. */
export async function detectHardware(): Promise<Hardware> {
  const [gpus, runtime] = await Promise.all([listGpus(), onnxRuntimeStatus()])
  const { version, dependencies } = packageSchema.parse(JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')))
  const electron = process.versions['electron']
  return {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpuCores: availableParallelism(),
    ramBytes: totalmem(),
    os: `${type()} ${release()} ${arch()}`,
    gpus,
    backends: [runtime],
    versions: {
      node: process.versions.node,
      ...(electron === undefined ? {} : { electron }),
      'onnxruntime-node': dependencies['onnxruntime-node'] ?? 'unknown',
      '@tensorflow/tfjs-core': dependencies['@tensorflow/tfjs-core'] ?? 'unknown',
      'distrinews-lab': version,
    },
  }
}

const packageSchema = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()) })

/** Proven by loading the native library, which fails on systems it was not built for. */
async function onnxRuntimeStatus(): Promise<Hardware['backends'][number]> {
  const name = cpuBackendName
  try {
    const { listSupportedBackends } = await import('onnxruntime-node')
    const available = listSupportedBackends().some((backend) => backend.name === 'cpu')
    return {
      name,
      available,
      note: available ? 'Loaded; whatever is not said to run on a GPU is computed with it.' : 'Loaded, but without a CPU provider.',
    }
  } catch (error) {
    return { name, available: false, note: `Its native library does not load: ${error instanceof Error ? error.message : String(error)}` }
  }
}
