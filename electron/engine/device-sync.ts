/**
 * Gradient sync for gradients that lie on a device. Between ranks they must cross the host, where the collectives are:
 * down before the inner sync, up after it. A rank that is alone leaves them where they are; the division is left to the
 * optimizer, as a factor.
 */
import type { DeviceStore } from './device-store.ts'
import type { GradientSync, StepSums } from './gradient-sync.ts'

export class ThroughHostSync implements GradientSync {
  readonly #store: DeviceStore
  readonly #inner: GradientSync

  constructor(store: DeviceStore, inner: GradientSync) {
    this.#store = store
    this.#inner = inner
  }

  async reduce(gradients: Float32Array, local: StepSums, step: number): Promise<StepSums> {
    await this.#store.downloadGradients()
    const global = await this.#inner.reduce(gradients, local, step)
    await this.#store.uploadGradients()
    this.#store.gradientsAreOnHost = true
    this.#store.gradientFactor = 1
    return global
  }
}

export class SingleDeviceSync implements GradientSync {
  readonly #store: DeviceStore

  constructor(store: DeviceStore) {
    this.#store = store
  }

  reduce(_gradients: Float32Array, local: StepSums): Promise<StepSums> {
    this.#store.gradientsAreOnHost = false
    this.#store.gradientFactor = local.exampleCount > 0 ? 1 / local.exampleCount : 1
    return Promise.resolve(local)
  }
}
