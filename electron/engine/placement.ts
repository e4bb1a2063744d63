/**
 * Puts a model that is about to be trained where the device computes: the one place that knows which store, optimizer
 * and gradient sync belong together. WebGPU keeps everything in its own memory. ONNX Runtime offers Node no CUDA
 * buffers, so with CUDA parameters and gradients cross at every step and the update stays on the host.
 */
import type { Device } from '../../shared/domain/device.ts'
import { DeviceAdamW } from './device-adamw.ts'
import { DeviceStore } from './device-store.ts'
import { ThroughHostSync } from './device-sync.ts'
import type { GradientSync } from './gradient-sync.ts'
import { AdamW, type AdamWOptions, type Optimizer } from './optimizer.ts'
import { HostStore, type ParameterStore } from './parameter-store.ts'
import type { ParameterArena } from './parameters.ts'
import { singleRankSync } from './single-rank-sync.ts'

export interface PlacementOptions {
  /** Initialised or restored. */
  arena: ParameterArena
  device: Device
  optimizer: AdamWOptions
  /** Between ranks, or of a rank that is alone; reduces the arena's gradients. */
  sync: GradientSync
  isAlone: boolean
}

export interface Placement {
  store: ParameterStore
  optimizer: Optimizer
  sync: GradientSync
}

export async function placeTraining({ arena, device, optimizer, sync, isAlone }: PlacementOptions): Promise<Placement> {
  if (device !== 'webgpu') return { store: new HostStore(arena, device), optimizer: new AdamW(arena, optimizer), sync }
  const store = await DeviceStore.filledFrom(arena)
  return {
    store,
    optimizer: new DeviceAdamW(store, optimizer, { normOnHost: !isAlone }),
    sync: isAlone ? singleRankSync : new ThroughHostSync(store, sync),
  }
}
