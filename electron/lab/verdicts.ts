/** What a machine is good for, in plain sentences. Pure; figures that were not measured here say that they are predicted. */
import { deviceTitles, type Device } from '../../shared/domain/device.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'
import { countParameters, modelPresetNames, modelPresets } from '../../shared/domain/model-config.ts'
import { likeGpus } from '../supervisor/device-assignment.ts'

const gigabyte = 1024 ** 3
/** Parameters, gradients and the two moments of AdamW, 4 bytes each. */
const bytesPerParameter = 16
/** Runtime, activations and data of one rank, beside the parameters; seen at micro-batch 32. */
const rankOverheadBytes: Record<(typeof modelPresetNames)[number], number> = {
  tiny: 0.25 * gigabyte,
  small: 0.5 * gigabyte,
  distilbert: 1.5 * gigabyte,
}

/** Predicted resident memory of one rank, bytes. */
export function predictedRankBytes(preset: (typeof modelPresetNames)[number], labelCount = 4): number {
  return countParameters({ ...modelPresets[preset], labelCount }) * bytesPerParameter + rankOverheadBytes[preset]
}

export function verdicts(hardware: Hardware): string[] {
  const { cpuCores, ramBytes } = hardware
  const threads = Math.max(1, Math.floor(cpuCores / 2))
  const comfortable = modelPresetNames.filter(
    (preset) => 2 * predictedRankBytes(preset) < ramBytes / 2 && (preset === 'tiny' || cpuCores >= 4),
  )
  const fitting = modelPresetNames.filter((preset) => 2 * predictedRankBytes(preset) < ramBytes * 0.8)
  const distilbert = (predictedRankBytes('distilbert') / gigabyte).toFixed(1)
  return [
    cpuCores >= 2
      ? `Two ranks with ${plural(threads, 'thread')} each fill the ${cpuCores} cores; more than ${cpuCores} ranks would only take turns.`
      : 'One core: two ranks will take turns on it. They show how training is distributed, but are no faster than one.',
    comfortable.length > 0
      ? `Comfortable on two ranks: ${comfortable.map((preset) => modelPresets[preset].title).join(', ')} (predicted from memory and cores).`
      : 'Memory is short even for two ranks of the tiny model: close other programs first (predicted).',
    fitting.includes('distilbert')
      ? `DistilBERT fits: about ${distilbert} GB a rank (predicted). Expect seconds per step on a CPU.`
      : `DistilBERT needs about ${distilbert} GB a rank (predicted), too much for two ranks here.`,
    'Speed-ups measured here are those of CPU ranks that share one machine: they teach the mechanics, not the performance of GPUs.',
  ]
}

/** What "Train on 2 GPUs" means here. */
export function describeTwoRanks(hardware: Hardware): { onGpus: boolean; device: Device; label: string; note: string } {
  const label = 'Train on 2 GPUs'
  const device = pairedDevices.find((candidate) => likeGpus(hardware, candidate).length >= 2)
  if (device) {
    const names = likeGpus(hardware, device)
      .slice(0, 2)
      .map((gpu) => gpu.name)
    return { onGpus: true, device, label, note: `${names.join(' and ')}, one rank each, through ${deviceTitles[device]}.` }
  }
  const { gpus } = hardware
  const usable = gpus.filter((gpu) => gpu.usable)
  const named =
    usable.length > 0
      ? `${usable.map((gpu) => gpu.name).join(', ')} usable, but not two of a kind`
      : gpus.length > 0
        ? `${gpus.map((gpu) => gpu.name).join(', ')} found, but not usable here`
        : 'No usable GPU'
  return { onGpus: false, device: 'cpu', label, note: `${named}: two CPU ranks run the same code and the same collectives.` }
}

/** WebGPU first: with it, parameters and moments stay on the GPU. */
const pairedDevices = ['webgpu', 'cuda'] as const

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
