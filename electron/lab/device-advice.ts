/** Why a device cannot be used here and the exact thing to do about it, in words. Pure; the hardware panel shows it. */
import type { ProbeResult } from '../probe/protocol.ts'

export const installCuda = 'node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12'
export const installTensorFlow = 'npm rebuild @tensorflow/tfjs-node-gpu --ignore-scripts=false'

export interface Surroundings {
  platform: NodeJS.Platform
  arch: string
  hasGraphicsDevice: boolean
  hasNvidiaGpu: boolean
  /** Whether ONNX Runtime's CUDA provider, which no install fetches, lies beside it. */
  hasCudaProvider: boolean
}

/** `result` null: not tried, because the surroundings rule it out. */
export function adviseWebGpu(result: ProbeResult | null, { platform, hasGraphicsDevice }: Surroundings): string {
  if (!hasGraphicsDevice) return 'This system has no graphics device (no /dev/dri/renderD*, no NVIDIA driver). In a container, pass one in.'
  if (result === null) return 'Not tried yet.'
  if (result.works && result.onGpu) return 'A training step ran on it and gave the numbers of the CPU.'
  if (result.works) return `It computes, but in software, slower than the CPU does: that is no GPU. ${driverAdvice(platform)}`
  if (/adapter/i.test(result.error ?? '')) return `No graphics driver answered. ${driverAdvice(platform)}`
  if (/fallback/i.test(result.error ?? ''))
    return 'This build of ONNX Runtime lacks an operator of the model on WebGPU. Install the version in package.json: npm ci.'
  return `${sentence(result.error)} ${driverAdvice(platform)}`
}

function driverAdvice(platform: NodeJS.Platform): string {
  if (platform === 'linux')
    return 'Install a Vulkan driver (AMD, Intel: sudo apt install mesa-vulkan-drivers libvulkan1; NVIDIA: its own driver), see that vulkaninfo --summary names your GPU, and start the lab again.'
  return 'Update the graphics driver and start the lab again.'
}

export function adviseCuda(result: ProbeResult | null, { platform, arch, hasNvidiaGpu, hasCudaProvider }: Surroundings): string {
  if (platform !== 'linux' || arch !== 'x64') return 'ONNX Runtime offers CUDA to Node on Linux x64 only. Use WebGPU here.'
  if (!hasNvidiaGpu) return 'No NVIDIA GPU answers: nvidia-smi names none. With a card, install NVIDIA’s driver first.'
  if (!hasCudaProvider) return `Its libraries are not here, because installing downloads nothing. Run in this folder: ${installCuda}`
  if (result === null) return 'Not tried yet.'
  if (result.works) return 'A training step ran on it and gave the numbers of the CPU.'
  if (/shared library|cannot open/i.test(result.error ?? ''))
    return 'Its provider is here but does not load: install the CUDA 12 runtime and cuDNN 9 so that the loader finds them (LD_LIBRARY_PATH), and start the lab again.'
  return sentence(result.error)
}

export function adviseTensorFlow({ works, onGpu, version, error }: ProbeResult): string {
  if (works) {
    const where = onGpu ? 'on a GPU' : 'on the CPU'
    return `tfjs-node ${version ?? ''} computes ${where}, and gave the numbers of ONNX Runtime. It runs operator by operator, so expect it to be slower.`
  }
  if (/Cannot find (module|package) '@tensorflow/.test(error ?? ''))
    return `Optional, and not installed. Run in this folder: npm install --include=optional`
  if (/tfjs_binding|native addon/i.test(error ?? ''))
    return `Optional. Its native library is not here, because installing runs no scripts. Run in this folder: ${installTensorFlow} (it downloads a prebuilt one, which Windows lacks; a GPU wants CUDA 11.2 and cuDNN 8.1).`
  if (/libtensorflow|libcud|cannot open/i.test(error ?? ''))
    return `Optional. Its library lacks another: ${sentence(error)} It wants CUDA 11.2 and cuDNN 8.1, or none for the CPU.`
  return `Optional. ${sentence(error)}`
}

const sentence = (error: string | null): string => {
  const [line = ''] = (error ?? 'It does not work here, and does not say why').split('\n')
  return line.endsWith('.') ? line : `${line.trim()}.`
}
