/**
 * Finds out what can compute besides the CPU by letting it, in processes of their own, and writes the outcome into the
 * description of the hardware: a GPU is usable only if training ran on it. Takes seconds; nothing waits for it but those
 * who ask.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { GpuDevice } from '../../shared/domain/device.ts'
import type { Gpu, Hardware } from '../../shared/domain/hardware.ts'
import { projectRoot } from '../paths.ts'
import type { ProbeResult } from '../probe/protocol.ts'
import { runProbe } from '../probe/run-probe.ts'
import { selectionVariables } from '../supervisor/device-assignment.ts'
import { adviseCuda, adviseTensorFlow, adviseWebGpu, type Surroundings } from './device-advice.ts'
import { canSelectVulkanGpu, hasGraphicsDevice } from './gpu-list.ts'
import { cpuBackendName } from './hardware.ts'

export async function tryDevices(hardware: Hardware): Promise<Hardware> {
  const surroundings = look(hardware)
  // One after another: probes that share a GPU or the cores would slow each other.
  const cuda = await tryCuda(hardware.gpus, surroundings)
  const webgpu = await tryWebGpu(cuda.gpus, surroundings)
  const tensorflow = await runProbe('tensorflow')
  const status = (name: string, works: boolean, note: string) => ({ name, available: works, note })
  return {
    ...hardware,
    gpus: webgpu.gpus.map(withNote),
    backends: [
      ...hardware.backends.filter(({ name }) => name === cpuBackendName),
      status('onnxruntime (WebGPU)', isUsable(webgpu.result), adviseWebGpu(webgpu.result, surroundings)),
      status('onnxruntime (CUDA)', isUsable(cuda.result), adviseCuda(cuda.result, surroundings)),
      status(tensorFlowName(tensorflow), tensorflow.works, adviseTensorFlow(tensorflow)),
    ],
  }
}

const tensorFlowName = ({ works, onGpu }: ProbeResult): string =>
  `TensorFlow (${works ? (onGpu ? 'on a GPU' : 'on the CPU') : 'tfjs-node-gpu'})`

function look({ gpus }: Hardware): Surroundings {
  const { platform, arch } = process
  const library = join(projectRoot, 'node_modules/onnxruntime-node/bin/napi-v6', platform, arch, 'libonnxruntime_providers_cuda.so')
  return {
    platform,
    arch,
    hasGraphicsDevice: hasGraphicsDevice(),
    hasNvidiaGpu: gpus.some(({ cudaIndex }) => cudaIndex !== null),
    hasCudaProvider: existsSync(library),
  }
}

interface Trial {
  gpus: Gpu[]
  /** The best of what was tried; null where nothing was. */
  result: ProbeResult | null
}

const isUsable = (result: ProbeResult | null): boolean => result !== null && result.works && result.onGpu

async function tryEach(gpus: readonly Gpu[], device: GpuDevice, isCandidate: (gpu: Gpu) => boolean): Promise<Trial> {
  const tried: Gpu[] = []
  let best: ProbeResult | null = null
  for (const gpu of gpus) {
    const result = isCandidate(gpu) ? await runProbe(device, selectionVariables(gpu, device)) : null
    if (result !== null && !isUsable(best)) best = result
    tried.push(isUsable(result) ? { ...gpu, through: [...gpu.through, device] } : gpu)
  }
  return { gpus: tried, result: best }
}

async function tryCuda(gpus: readonly Gpu[], { hasCudaProvider }: Surroundings): Promise<Trial> {
  return tryEach(gpus, 'cuda', ({ cudaIndex }) => hasCudaProvider && cudaIndex !== null)
}

/** Where the system does not name its GPUs, or several cannot be told apart, the driver's own choice is tried. */
async function tryWebGpu(gpus: readonly Gpu[], { hasGraphicsDevice, platform }: Surroundings): Promise<Trial> {
  if (!hasGraphicsDevice) return { gpus: [...gpus], result: null }
  const canBeTold = gpus.length === 1 || (gpus.length > 1 && canSelectVulkanGpu())
  if (canBeTold) return tryEach(gpus, 'webgpu', () => true)
  const names: Partial<Record<NodeJS.Platform, string>> = { darwin: 'GPU of this Mac (Metal)', win32: 'GPU of this PC (Direct3D 12)' }
  const byDefault: Gpu = {
    name: names[platform] ?? 'GPU of the Vulkan driver’s choice',
    pciAddress: null,
    cudaIndex: null,
    driver: null,
    through: [],
    usable: false,
    note: '',
  }
  const trial = await tryEach([byDefault], 'webgpu', () => true)
  return { gpus: isUsable(trial.result) ? [...gpus, ...trial.gpus] : [...gpus], result: trial.result }
}

function withNote(gpu: Gpu): Gpu {
  const { through } = gpu
  if (through.length === 0)
    return { ...gpu, usable: false, note: 'Not used: nothing could compute on it here. What is missing stands with WebGPU and CUDA.' }
  const names = through.map((device) => (device === 'cuda' ? 'CUDA' : 'WebGPU')).join(' and ')
  return { ...gpu, usable: true, note: `A training step ran on it through ${names}.` }
}
