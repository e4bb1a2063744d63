/**
 * The WebAssembly kernels (assembly/) as functions on views. A view must lie in the memory that the kernels were
 * instantiated on: they compute in place and copy nothing.
 */
import { readFileSync } from 'node:fs'
import { LabError } from '../../shared/contract/errors.ts'
import { kernelsFile } from '../paths.ts'

/** Names one stream of random numbers: equal counters give equal numbers, whoever asks, in whatever order. */
export interface RandomCounter {
  /** Unsigned 32-bit integers, all of them. */
  seed: number
  purpose: number
  stream: readonly [number, number, number]
}

export interface AdamWStep {
  learningRate: number
  beta1: number
  beta2: number
  epsilon: number
  weightDecay: number
  /** Multiplies the gradient: clipping. */
  gradScale: number
  /** 1-based count of this update, for the bias correction. */
  step: number
}

export interface AdamWVectors {
  parameters: Float32Array
  gradients: Float32Array
  firstMoments: Float32Array
  secondMoments: Float32Array
}

/** Elements of `Kernels.scratch`: a chunk stays in a core's cache between its arrival from another rank and its sum. */
export const scratchLength = 512 * 1024

export interface Kernels {
  /** Room in the same memory for what is to be added to it; none where the memory's owner left none. */
  readonly scratch: Float32Array | undefined
  /** destination += source */
  add(destination: Float32Array, source: Float32Array): void
  /** Σ data², accumulated in float64. */
  sumOfSquares(data: Float32Array): number
  /** One update of `parameters` and both moments, four vectors of one length. */
  adamW(vectors: AdamWVectors, step: AdamWStep): void
  /** Random words; the length must be a multiple of 16. */
  randomWords(words: Uint32Array, counter: RandomCounter): void
  /** Of the frames on the ring, see assembly/checksum.ts. */
  checksum(data: Uint8Array): bigint
  /** destination += source; the checksums of `source` and of the result. */
  addChecked(destination: Float32Array, source: Float32Array): { ofAddend: bigint; ofSums: bigint }
  /** 0 with probability `rate` (to 16 bits), else 1/(1 − rate); the length must be a multiple of 32. */
  dropoutMask(mask: Float32Array, rate: number, counter: RandomCounter): void
}

interface Exports {
  add(destination: number, source: number, count: number): void
  sumOfSquares(data: number, count: number): number
  adamW(...pointersCountAndFactors: number[]): void
  philox(words: number, count: number, ...keyAndCounter: number[]): void
  checksum(data: number, count: number): bigint
  addChecked(destination: number, source: number, count: number): bigint
  lastSumsChecksum(): bigint
  dropoutMask(mask: number, count: number, threshold: number, kept: number, ...keyAndCounter: number[]): void
}

let compiled: WebAssembly.Module | undefined
const kernelsByMemory = new WeakMap<ArrayBufferLike, Kernels>()

/** The kernels that can work on a view of `buffer`; undefined where it is no memory of theirs. */
export const kernelsOf = (buffer: ArrayBufferLike): Kernels | undefined => kernelsByMemory.get(buffer)

/**
 * `scratchOffset`: where in `memory` `scratchLength` floats are free for good. Throws BACKEND_UNAVAILABLE where the
 * kernels were not built.
 */
export function instantiateKernels(memory: WebAssembly.Memory, scratchOffset?: number): Kernels {
  compiled ??= compile()
  const wasm = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Exports
  const pointer = (view: Float32Array | Uint32Array | Uint8Array): number => {
    if (view.buffer !== memory.buffer) throw new Error('The view does not lie in the memory of these kernels')
    return view.byteOffset
  }
  const assertMultiple = (view: Float32Array | Uint32Array, of: number): void => {
    if (view.length % of !== 0) throw new Error(`The length ${view.length} is not a multiple of ${of}`)
  }
  const assertSameLength = (a: Float32Array, b: Float32Array): void => {
    if (a.length !== b.length) throw new Error(`Vectors of different lengths: ${a.length} and ${b.length}`)
  }
  const kernels: Kernels = {
    scratch: scratchOffset === undefined ? undefined : new Float32Array(memory.buffer, scratchOffset, scratchLength),
    add(destination, source) {
      assertSameLength(destination, source)
      wasm.add(pointer(destination), pointer(source), destination.length)
    },
    sumOfSquares: (data) => wasm.sumOfSquares(pointer(data), data.length),
    adamW({ parameters, gradients, firstMoments, secondMoments }, { learningRate, beta1, beta2, epsilon, weightDecay, gradScale, step }) {
      const vectors = [parameters, gradients, firstMoments, secondMoments]
      for (const vector of vectors) assertSameLength(parameters, vector)
      const decay = 1 - learningRate * weightDecay
      const stepSize = learningRate / (1 - beta1 ** step)
      const inverseRoot = 1 / Math.sqrt(1 - beta2 ** step)
      const factors = [gradScale, decay, beta1, 1 - beta1, beta2, 1 - beta2, stepSize, inverseRoot, epsilon]
      wasm.adamW(...vectors.map(pointer), parameters.length, ...factors)
    },
    checksum: (data) => BigInt.asUintN(64, wasm.checksum(pointer(data), data.length)),
    addChecked(destination, source) {
      assertSameLength(destination, source)
      const ofAddend = BigInt.asUintN(64, wasm.addChecked(pointer(destination), pointer(source), destination.length))
      return { ofAddend, ofSums: BigInt.asUintN(64, wasm.lastSumsChecksum()) }
    },
    randomWords(words, { seed, purpose, stream }) {
      assertMultiple(words, 16)
      wasm.philox(pointer(words), words.length, seed, purpose, ...stream)
    },
    dropoutMask(mask, rate, { seed, purpose, stream }) {
      assertMultiple(mask, 32)
      const threshold = Math.round(rate * 0x10000)
      wasm.dropoutMask(pointer(mask), mask.length, threshold, 0x10000 / (0x10000 - threshold), seed, purpose, ...stream)
    },
  }
  kernelsByMemory.set(memory.buffer, kernels)
  return kernels
}

function compile(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(readFileSync(kernelsFile))
  } catch (error) {
    throw new LabError(
      {
        code: 'BACKEND_UNAVAILABLE',
        title: 'The optimizer kernels are missing',
        cause: `${kernelsFile} could not be loaded: ${error instanceof Error ? error.message : String(error)}.`,
        suggestion: 'Build the lab again with "npm run build".',
      },
      { cause: error },
    )
  }
}
