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

export interface Kernels {
  /** destination += source */
  add(destination: Float32Array, source: Float32Array): void
  /** data *= factor */
  scale(data: Float32Array, factor: number): void
  /** Σ data², accumulated in float64. */
  sumOfSquares(data: Float32Array): number
  /** One update of `parameters` and both moments, four vectors of one length. */
  adamW(vectors: AdamWVectors, step: AdamWStep): void
  /** Random words; the length must be a multiple of 16. */
  randomWords(words: Uint32Array, counter: RandomCounter): void
  /** 0 with probability `rate` (to 16 bits), else 1/(1 − rate); the length must be a multiple of 32. */
  dropoutMask(mask: Float32Array, rate: number, counter: RandomCounter): void
}

interface Exports {
  add(destination: number, source: number, count: number): void
  scale(data: number, count: number, factor: number): void
  sumOfSquares(data: number, count: number): number
  adamW(...pointersCountAndFactors: number[]): void
  philox(words: number, count: number, ...keyAndCounter: number[]): void
  dropoutMask(mask: number, count: number, threshold: number, kept: number, ...keyAndCounter: number[]): void
}

let compiled: WebAssembly.Module | undefined

/** Throws BACKEND_UNAVAILABLE where the kernels were not built. */
export function instantiateKernels(memory: WebAssembly.Memory): Kernels {
  compiled ??= compile()
  const wasm = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Exports
  const pointer = (view: Float32Array | Uint32Array): number => {
    if (view.buffer !== memory.buffer) throw new Error('The view does not lie in the memory of these kernels')
    return view.byteOffset
  }
  const assertMultiple = (view: Float32Array | Uint32Array, of: number): void => {
    if (view.length % of !== 0) throw new Error(`The length ${view.length} is not a multiple of ${of}`)
  }
  const assertSameLength = (a: Float32Array, b: Float32Array): void => {
    if (a.length !== b.length) throw new Error(`Vectors of different lengths: ${a.length} and ${b.length}`)
  }
  return {
    add(destination, source) {
      assertSameLength(destination, source)
      wasm.add(pointer(destination), pointer(source), destination.length)
    },
    scale(data, factor) {
      wasm.scale(pointer(data), data.length, factor)
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
