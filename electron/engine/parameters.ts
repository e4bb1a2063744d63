/**
 * Names, shapes and storage of the classifier's parameters. Everything that an optimizer step touches lies in one
 * WebAssembly.Memory: the graph reads parameters and writes gradients as views of it, and the kernels update it in
 * place, so that nothing is ever copied. The memory never grows: growing would detach every view.
 */
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import { instantiateKernels, scratchLength, type Kernels } from '../kernels/index.ts'
import { parameterSpecs, type ParameterSpec } from './parameter-specs.ts'

export { initializeParameters } from './initialize.ts'
export { countParameters, parameterSpecs, type ParameterSpec } from './parameter-specs.ts'

/** Floats to a cache line: each parameter begins on one. */
const alignment = 16
const wasmPageBytes = 65_536

export class ParameterArena {
  readonly config: ModelConfig
  readonly specs: readonly ParameterSpec[]
  readonly names: readonly string[]
  /** Those that are not frozen; the frozen ones are the first. Only these have gradients, are reduced and updated. */
  readonly trainable: readonly ParameterSpec[]
  /** Index in the flat vectors at which the first of them begins. */
  readonly trainableStart: number
  /** Index of each parameter's first element in the flat vectors. */
  readonly offsets: ReadonlyMap<string, number>
  /** Length of each flat vector. The gaps between parameters are zero and stay zero. */
  readonly flatLength: number
  readonly kernels: Kernels
  readonly parameters: Float32Array
  readonly gradients: Float32Array
  readonly firstMoments: Float32Array
  readonly secondMoments: Float32Array
  /** Scratch of the training loop: sums of gradients over micro-steps. Costs no memory until it is written. */
  readonly accumulated: Float32Array
  readonly #specByName: ReadonlyMap<string, ParameterSpec>

  /** `frozenDepths`: see fine-tuning.ts. */
  constructor(config: ModelConfig, frozenDepths = 0) {
    this.config = config
    this.specs = parameterSpecs(config)
    this.names = this.specs.map((spec) => spec.name)
    this.#specByName = new Map(this.specs.map((spec) => [spec.name, spec]))

    const offsets = new Map<string, number>()
    let length = 0
    for (const spec of this.specs) {
      offsets.set(spec.name, length)
      length += Math.ceil(spec.size / alignment) * alignment
    }
    this.offsets = offsets
    this.flatLength = length
    this.trainable = this.specs.filter(({ depth }) => depth >= frozenDepths)
    this.trainableStart = offsets.get(this.trainable[0]!.name)!

    const vectorBytes = length * Float32Array.BYTES_PER_ELEMENT
    const pages = Math.ceil((5 * vectorBytes + scratchLength * Float32Array.BYTES_PER_ELEMENT) / wasmPageBytes)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    const vector = (index: number): Float32Array => new Float32Array(memory.buffer, index * vectorBytes, length)
    this.parameters = vector(0)
    this.gradients = vector(1)
    this.firstMoments = vector(2)
    this.secondMoments = vector(3)
    this.accumulated = vector(4)
    this.kernels = instantiateKernels(memory, 5 * vectorBytes)
  }

  /** View of one parameter. Throws on a name that the model does not have. */
  parameter(name: string): Float32Array {
    return this.slice(this.parameters, name)
  }

  gradient(name: string): Float32Array {
    return this.slice(this.gradients, name)
  }

  /** The part of a flat vector of this arena that belongs to one parameter, as a view. */
  slice(vector: Float32Array, name: string): Float32Array {
    const spec = this.spec(name)
    const offset = this.offsets.get(name)!
    return vector.subarray(offset, offset + spec.size)
  }

  spec(name: string): ParameterSpec {
    const spec = this.#specByName.get(name)
    if (!spec) throw new Error(`The model has no parameter ${name}`)
    return spec
  }
}
