/**
 * Where parameters, gradients and moments live while a model is trained. Graphs ask it for their inputs and for the
 * places of their gradients; the loop asks it to add gradients up. Here it is the arena itself, on the host; where it is
 * a device's memory, see device-store.ts.
 */
import type { Device } from '../../shared/domain/device.ts'
import { leaf, type LazyValue, type Wanted } from '../backend/index.ts'
import type { ParameterArena } from './parameters.ts'

export interface ParameterStore {
  /** What the graphs over these parameters run on. */
  readonly device: Device
  readonly arena: ParameterArena
  /** One parameter as an input of graphs. */
  parameter(name: string): LazyValue
  /** Gradients, one for each of the arena's trainable parameters in their order, as wanted outputs of a graph. */
  gradientOutputs(gradients: readonly LazyValue[]): Wanted[]
  /** For a batch without examples, which runs no graph. */
  clearGradients(): void | Promise<void>
  /** After the gradients of each micro-step of several: adds them to those before; the last leaves the sums as gradients. */
  accumulate(microStep: number, isLast: boolean): void | Promise<void>
  /** Brings parameters and moments to the arena, where they are saved and compared. */
  toHost(): Promise<void>
  /** The other way: what was changed in the arena is trained on. Between two steps only. */
  fromHost(): Promise<void>
  dispose(): void
}

export class HostStore implements ParameterStore {
  readonly arena: ParameterArena
  readonly device: Device

  /** With another device than the CPU, parameters go there and gradients come back at every run. */
  constructor(arena: ParameterArena, device: Device = 'cpu') {
    this.arena = arena
    this.device = device
  }

  parameter(name: string): LazyValue {
    return leaf(this.arena.parameter(name), this.arena.spec(name).shape, 'float32')
  }

  gradientOutputs(gradients: readonly LazyValue[]): Wanted[] {
    return this.arena.trainable.map(({ name }, index) => ({ value: gradients[index]!, destination: this.arena.gradient(name) }))
  }

  clearGradients(): void {
    this.arena.gradients.fill(0)
  }

  accumulate(microStep: number, isLast: boolean): void {
    const { kernels, gradients, accumulated } = this.arena
    if (microStep > 0) kernels.add(isLast ? gradients : accumulated, isLast ? accumulated : gradients)
    else if (!isLast) accumulated.set(gradients)
  }

  toHost(): Promise<void> {
    return Promise.resolve()
  }

  fromHost(): Promise<void> {
    return Promise.resolve()
  }

  dispose(): void {
    // The arena is the caller's.
  }
}
