/**
 * Parameters that only answer: they are part of the graph, and ONNX Runtime arranges them for its kernels when it loads it.
 * What a batch of few tokens takes is mostly that, where weights are fed at each run. They cannot be trained.
 */
import { randomUUID } from 'node:crypto'
import { frozen, type LazyValue } from '../backend/index.ts'
import { HostStore } from './parameter-store.ts'
import type { ParameterArena } from './parameters.ts'

/** A graph is one protobuf message of 2 GiB at most, and the weights are in memory twice. */
const maxFrozenBytes = 2 ** 30

export const canFreeze = ({ parameters }: ParameterArena): boolean => parameters.byteLength <= maxFrozenBytes

export class FrozenStore extends HostStore {
  readonly #id = randomUUID()

  override parameter(name: string): LazyValue {
    return frozen(this.arena.parameter(name), this.arena.spec(name).shape, `${this.#id}/${name}`)
  }

  override gradientOutputs(): never {
    throw new Error('Frozen parameters have no gradients')
  }
}
