/** What is known of this machine: found at once, tried when somebody first asks, once for the life of the lab. */
import type { Device } from '../../shared/domain/device.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'
import { tryDevices } from './device-trials.ts'

export class Machine {
  #hardware: Hardware
  #trials: Promise<Hardware> | null = null

  constructor(hardware: Hardware) {
    this.#hardware = hardware
  }

  /** What is known now. */
  get hardware(): Hardware {
    return this.#hardware
  }

  /** With all devices tried. */
  tried(): Promise<Hardware> {
    this.#trials ??= tryDevices(this.#hardware).then((hardware) => (this.#hardware = hardware))
    return this.#trials
  }

  /** As much as must be known before a run on `device` can start. */
  async for(device: Device): Promise<Hardware> {
    return device === 'cpu' ? this.#hardware : this.tried()
  }
}
