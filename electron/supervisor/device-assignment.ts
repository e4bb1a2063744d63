/**
 * Which device each rank of a run computes on. A process is bound to one GPU by environment variables, which its drivers
 * read when they are loaded; nothing else selects an adapter for ONNX Runtime in Node. Ranks of one run get GPUs of one
 * model: another model may round another way, and ranks that differ in the last bit no longer hold the same parameters.
 */
import { LabError } from '../../shared/contract/errors.ts'
import { deviceTitles, type Device, type GpuDevice } from '../../shared/domain/device.ts'
import type { Gpu, Hardware } from '../../shared/domain/hardware.ts'

export interface RankDevice {
  /** For the person. */
  name: string
  /** For the environment of the rank's process. */
  variables: Record<string, string>
}

/** One for each rank. Throws BACKEND_UNAVAILABLE where no GPU was found usable through `device`. */
export function assignDevices(device: Device, worldSize: number, threads: number, hardware: Hardware): RankDevice[] {
  const ranks = Array.from({ length: worldSize }, (_, rank) => rank)
  if (device === 'cpu') return ranks.map(() => ({ name: `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`, variables: {} }))
  if (device === 'tensorflow') return assignTensorFlow(ranks, hardware)
  const gpus = likeGpus(hardware, device)
  if (gpus.length === 0) throw unusable(device, hardware)
  return ranks.map((rank) => {
    const gpu = gpus[rank % gpus.length]!
    return { name: `${gpu.name} (${deviceTitles[device]})`, variables: selectionVariables(gpu, device) }
  })
}

/** It takes a CUDA GPU by itself where it can; ranks that share one must not each reserve all of its memory. */
function assignTensorFlow(ranks: readonly number[], hardware: Hardware): RankDevice[] {
  const status = hardware.backends.find(({ name, available }) => available && name.startsWith(deviceTitles.tensorflow))
  if (!status) throw unusable('tensorflow', hardware)
  const cards = hardware.gpus.filter(({ cudaIndex }) => cudaIndex !== null)
  return ranks.map((rank) => {
    const card = cards[rank % cards.length]
    return { name: status.name, variables: card ? { ...selectionVariables(card, 'cuda'), TF_FORCE_GPU_ALLOW_GROWTH: 'true' } : {} }
  })
}

/** The largest set of usable GPUs of one model. */
export function likeGpus({ gpus }: Hardware, device: GpuDevice): Gpu[] {
  const usable = gpus.filter((gpu) => gpu.through.includes(device))
  const sets = usable.map(({ name }) => usable.filter((gpu) => gpu.name === name))
  return sets.reduce((largest, set) => (set.length > largest.length ? set : largest), [])
}

/** Leaves a process this one GPU. Where the system does not tell its GPUs apart, the driver's default is taken. */
export function selectionVariables({ pciAddress, cudaIndex }: Gpu, device: GpuDevice): Record<string, string> {
  // In the order of the bus, CUDA counts as nvidia-smi does.
  if (device === 'cuda') return { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: String(cudaIndex ?? 0) }
  if (pciAddress === null) return {}
  // Read by Mesa's device-select layer, which stands before the Vulkan drivers of all makers.
  return { DRI_PRIME: `pci-${pciAddress.replaceAll(/[:.]/g, '_')}`, MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: '1' }
}

function unusable(device: Device, { gpus, backends }: Hardware): LabError {
  const status = backends.find(({ name }) => name.includes(deviceTitles[device]))
  const found = gpus.length === 0 ? 'No GPU was found.' : `Found: ${gpus.map(({ name }) => name).join(', ')}.`
  const facts = [...(device === 'tensorflow' ? [] : [found]), ...(status ? [status.note] : [])]
  return new LabError({
    code: 'BACKEND_UNAVAILABLE',
    title: `Nothing can be computed through ${deviceTitles[device]} here`,
    cause: facts.join(' ') || 'It was not tried.',
    suggestion: 'Train on the CPU (--device cpu), or do what the hardware panel says and start the lab again.',
  })
}
