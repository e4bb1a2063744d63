/**
 * Gradient sync between ranks whose gradients lie on devices: they must cross the host, where the collectives are. Down
 * before the inner sync, up after it. A rank that is alone needs none of it.
 */
import type { DeviceStore } from './device-store.ts'
import type { GradientSync, StepSums } from './gradient-sync.ts'

export class ThroughHostSync implements GradientSync {
  readonly #store: DeviceStore
  readonly #inner: GradientSync

  /** `inner` reduces the arena's gradients. */
  constructor(store: DeviceStore, inner: GradientSync) {
    this.#store = store
    this.#inner = inner
  }

  async reduce(gradients: Float32Array, local: StepSums, step: number): Promise<StepSums> {
    await this.#store.downloadGradients()
    const global = await this.#inner.reduce(gradients, local, step)
    await this.#store.uploadGradients()
    return global
  }
}
