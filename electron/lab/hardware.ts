/**
 * What this machine is and what it is good for. Nothing is promised that was not tried: a graphics card is named where
 * the system names it without any installation, and called unusable, because this version computes on the CPU only.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Hardware } from '../../shared/domain/hardware.ts'
import { projectRoot } from '../paths.ts'

const nvidiaTimeoutMs = 1500
const cpuOnly = 'Not used: this version of the lab computes on the CPU only.'

/** Takes up to two seconds where a graphics driver is slow to answer; call it once and keep the answer. */
export async function detectHardware(): Promise<Hardware> {
  const [nvidia, runtime] = await Promise.all([nvidiaGpus(), onnxRuntimeStatus()])
  const names = nvidia.length > 0 ? nvidia : linuxGpus()
  const { version, dependencies } = packageSchema.parse(JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')))
  const electron = process.versions['electron']
  return {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpuCores: availableParallelism(),
    ramBytes: totalmem(),
    os: `${type()} ${release()} ${arch()}`,
    gpus: names.map((name) => ({ name, usable: false, note: cpuOnly })),
    backends: [
      runtime,
      { name: 'tensorflow (tfjs-node-gpu)', available: false, note: 'Optional; this version of the lab does not look for it.' },
    ],
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
  const name = 'onnxruntime (CPU)'
  try {
    const { listSupportedBackends } = await import('onnxruntime-node')
    const available = listSupportedBackends().some((backend) => backend.name === 'cpu')
    return { name, available, note: available ? 'Loaded; everything is computed with it.' : 'Loaded, but without a CPU provider.' }
  } catch (error) {
    return { name, available: false, note: `Its native library does not load: ${error instanceof Error ? error.message : String(error)}` }
  }
}

async function nvidiaGpus(): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['-L'], { timeout: nvidiaTimeoutMs, windowsHide: true })
    return [...stdout.matchAll(/^GPU \d+: (.+?)(?: \(UUID.*)?$/gm)].map((match) => match[1]!)
  } catch {
    return [] // No driver, no NVIDIA card to name.
  }
}

/** PCI vendors of the display adapters that the kernel knows (Linux). */
function linuxGpus(): string[] {
  const vendors: Record<string, string> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' }
  try {
    return readdirSync('/sys/class/drm')
      .filter((entry) => /^card\d+$/.test(entry))
      .map((entry) => readFileSync(join('/sys/class/drm', entry, 'device', 'vendor'), 'utf8').trim())
      .filter((vendor) => vendor in vendors)
      .map((vendor) => `${vendors[vendor]} graphics`)
  } catch {
    return [] // Another system, or a container without /sys.
  }
}
