/**
 * Parameters, gradients and both moments in a device's memory. Each is one flat tensor laid out as the arena's vectors,
 * so that it crosses to the host as a whole and the optimizer is a dozen operators on a few tensors; graphs cut their
 * parameters out of it and join their gradients into one. Crossing is always a graph of its own that copies.
 */
import type { Device } from '../../shared/domain/device.ts'
import {
  createBackend,
  concat,
  filled,
  indices,
  leaf,
  lazy,
  onDevice,
  record,
  Resident,
  residentLeaf,
  tensorOf,
  tf,
  type CapturedGraph,
  type LazyValue,
  type Wanted,
} from '../backend/index.ts'
import type { ParameterStore } from './parameter-store.ts'
import type { ParameterArena } from './parameters.ts'

export class DeviceStore implements ParameterStore {
  readonly device: Device = 'webgpu'
  readonly arena: ParameterArena
  readonly parameters: Resident
  readonly gradients: Resident
  readonly firstMoments: Resident
  readonly secondMoments: Resident
  /** 1 where weight decay applies. It costs memory, but spares cutting the parameters into runs of like decay. */
  readonly decayed: Resident
  readonly #accumulated: Resident
  readonly #flatParameters: LazyValue
  readonly #graphs = new Map<string, CapturedGraph>()

  /** What the arena holds. */
  static async filledFrom(arena: ParameterArena): Promise<DeviceStore> {
    const store = new DeviceStore(arena)
    await store.fromHost()
    const decayed = new Float32Array(arena.flatLength)
    for (const { name, decay } of arena.trainable) if (decay) arena.slice(decayed, name).fill(1)
    await store.#capture(() => [{ value: leaf(decayed, [decayed.length], 'float32'), destination: store.decayed }]).run()
    return store
  }

  private constructor(arena: ParameterArena) {
    this.arena = arena
    const flat = (): Resident => new Resident([arena.flatLength])
    this.parameters = flat()
    this.gradients = flat()
    this.firstMoments = flat()
    this.secondMoments = flat()
    this.decayed = flat()
    this.#accumulated = flat()
    this.#flatParameters = residentLeaf(this.parameters)
  }

  parameter(name: string): LazyValue {
    const { shape, size } = this.arena.spec(name)
    const from = this.arena.offsets.get(name)!
    // Constant bounds, unlike those of slices that follow the batch: nothing to feed.
    const cut = record('Slice', [this.#flatParameters, indices([from]), indices([from + size]), indices([0])], {}, [size])
    return record('Reshape', [cut, indices(shape)], {}, shape)
  }

  gradientOutputs(gradients: readonly LazyValue[]): Wanted[] {
    const pieces: LazyValue[] = []
    let end = 0
    const fillUpTo = (offset: number): void => {
      if (offset > end) pieces.push(filled([offset - end], 0))
    }
    for (const [index, { name, size }] of this.arena.trainable.entries()) {
      fillUpTo(this.arena.offsets.get(name)!)
      pieces.push(record('Reshape', [onDevice(gradients[index]!), indices([size])], {}, [size]))
      end = this.arena.offsets.get(name)! + size
    }
    fillUpTo(this.arena.flatLength)
    return [{ value: concat(pieces), destination: this.gradients }]
  }

  async clearGradients(): Promise<void> {
    this.arena.gradients.fill(0)
    await this.uploadGradients()
  }

  async accumulate(microStep: number, isLast: boolean): Promise<void> {
    if (microStep > 0) {
      const destination = isLast ? this.gradients : this.#accumulated
      await this.run(isLast ? 'last sum' : 'sum', () => [
        { value: lazy(tf.add(tensorOver(this.#accumulated), tensorOver(this.gradients))), destination },
      ])
    } else if (!isLast) this.#accumulated.take(this.gradients)
  }

  /** Gradients from the device to the arena. */
  downloadGradients(): Promise<void> {
    return this.#download('gradients')
  }

  uploadGradients(): Promise<void> {
    return this.#upload('gradients')
  }

  async toHost(): Promise<void> {
    await this.#download('parameters')
    await this.#download('firstMoments')
    await this.#download('secondMoments')
  }

  async fromHost(): Promise<void> {
    await this.#upload('parameters')
    await this.#upload('firstMoments')
    await this.#upload('secondMoments')
  }

  /** Runs a graph over the residents, captured at the first call under this name. Results that come to the host are returned. */
  async run(name: string, capture: () => Wanted[]): Promise<CapturedGraph['results']> {
    let graph = this.#graphs.get(name)
    if (!graph) {
      graph = this.#capture(capture)
      this.#graphs.set(name, graph)
    }
    await graph.run()
    return graph.results
  }

  dispose(): void {
    const { parameters, gradients, firstMoments, secondMoments, decayed } = this
    for (const resident of [parameters, gradients, firstMoments, secondMoments, decayed, this.#accumulated]) resident.dispose()
    this.#graphs.clear()
  }

  #capture(record: () => Wanted[]): CapturedGraph {
    let wanted: Wanted[] = []
    tf.tidy(() => {
      wanted = record()
    })
    return createBackend({ threads: 1 }).executor.capture(wanted, 1, this.device)
  }

  async #upload(vector: FlatVector): Promise<void> {
    const values = this.arena[vector]
    await this.run(`upload ${vector}`, () => [{ value: leaf(values, [values.length], 'float32'), destination: this[vector] }])
  }

  async #download(vector: FlatVector): Promise<void> {
    await this.run(`download ${vector}`, () => [{ value: residentLeaf(this[vector]), destination: this.arena[vector] }])
  }
}

type FlatVector = 'parameters' | 'gradients' | 'firstMoments' | 'secondMoments'

/** A tensor over what `resident` holds at each run. */
export const tensorOver = (resident: Resident): tf.Tensor => tensorOf(residentLeaf(resident))
