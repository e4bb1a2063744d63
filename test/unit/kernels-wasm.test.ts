/** The WebAssembly kernels against plain JavaScript, and Philox against its published test vectors. */
import { beforeEach, describe, expect, test } from 'vitest'
import { buildKernels } from '../../scripts/build-kernels.mjs'
import { instantiateKernels, type Kernels, type RandomCounter } from '../../electron/kernels/index.ts'
import { randomNumbers } from './engine-fixtures.ts'

await buildKernels()

let memory: WebAssembly.Memory
let kernels: Kernels
let used: number
beforeEach(() => {
  memory = new WebAssembly.Memory({ initial: 8 })
  kernels = instantiateKernels(memory)
  used = 64
})

/** Random numbers around zero, somewhere in the memory. */
function makeVector(length: number, seed: number): Float32Array {
  const random = randomNumbers(seed)
  const vector = new Float32Array(memory.buffer, used, length)
  used += Math.ceil(vector.byteLength / 64) * 64 + 64
  return fillWith(vector, () => 4 * random() - 2)
}

function fillWith(vector: Float32Array, next: () => number): Float32Array {
  for (let index = 0; index < vector.length; index++) vector[index] = next()
  return vector
}

const lengths = [0, 1, 3, 4, 16, 37, 1000]

describe('vectors', () => {
  test.for(lengths)('add and sumOfSquares of %i elements equal plain loops and touch nothing else', (length) => {
    const a = makeVector(length, 1)
    const b = makeVector(length, 2)
    const [a0, b0] = [a.slice(), b.slice()]
    kernels.add(a, b)
    expect(a).toEqual(a0.map((value, index) => value + b0[index]!))
    expect(b).toEqual(b0)
    expect(kernels.sumOfSquares(a)).toBeCloseTo(
      a.reduce((sum, value) => sum + value * value, 0),
      9,
    )
    const total = new Float32Array(memory.buffer).reduce((sum, value) => sum + Math.abs(value), 0)
    const ours = [...a, ...b].reduce((sum, value) => sum + Math.abs(value), 0)
    expect(total).toBeCloseTo(ours, 3)
  })

  test('a sum of squares far beyond the largest float32 is still finite', () => {
    expect(kernels.sumOfSquares(makeVector(8, 1).fill(3e38))).toBeGreaterThan(7e77)
  })

  test('views of another memory or of different lengths are refused', () => {
    expect(() => kernels.sumOfSquares(new Float32Array(4))).toThrow('does not lie in the memory')
    expect(() => kernels.add(makeVector(4, 1), makeVector(5, 1))).toThrow('different lengths')
  })

  test('instantiating writes nothing into the memory', () => {
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true)
  })
})

describe('AdamW', () => {
  test.for(lengths)('steps over %i elements follow a float64 reference', (length) => {
    const parameters = makeVector(length, 3)
    const gradients = makeVector(length, 4)
    const firstMoments = makeVector(length, 5).fill(0)
    const secondMoments = makeVector(length, 5).fill(0)
    const [p, m, v] = [Array.from(parameters), new Array<number>(length).fill(0), new Array<number>(length).fill(0)]
    const random = randomNumbers(6)
    const settings = { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, gradScale: 0.5 }
    for (let step = 1; step <= 5; step++) {
      fillWith(gradients, () => random() - 0.5)
      kernels.adamW({ parameters, gradients, firstMoments, secondMoments }, { ...settings, step })
      for (let index = 0; index < length; index++) {
        const g = gradients[index]! * settings.gradScale
        m[index] = settings.beta1 * m[index]! + (1 - settings.beta1) * g
        v[index] = settings.beta2 * v[index]! + (1 - settings.beta2) * g * g
        const corrected = Math.sqrt(v[index]! / (1 - settings.beta2 ** step)) + settings.epsilon
        p[index]! *= 1 - settings.learningRate * settings.weightDecay
        p[index]! -= ((settings.learningRate / (1 - settings.beta1 ** step)) * m[index]!) / corrected
      }
    }
    for (let index = 0; index < length; index++) expect(parameters[index]).toBeCloseTo(p[index]!, 5)
  })
})

/** Philox4x32-10 as its paper writes it, one block. */
function philoxBlock(counter: readonly number[], key: readonly number[]): number[] {
  let [x0, x1, x2, x3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint]
  let [k0, k1] = key.map(BigInt) as [bigint, bigint]
  for (let round = 0; round < 10; round++) {
    const product0 = x0 * 0xd2511f53n
    const product1 = x2 * 0xcd9e8d57n
    ;[x0, x1, x2, x3] = [(product1 >> 32n) ^ x1 ^ k0, product1 & 0xffffffffn, (product0 >> 32n) ^ x3 ^ k1, product0 & 0xffffffffn]
    k0 = (k0 + 0x9e3779b9n) & 0xffffffffn
    k1 = (k1 + 0xbb67ae85n) & 0xffffffffn
  }
  return [x0, x1, x2, x3].map(Number)
}

describe('random numbers', () => {
  const counter: RandomCounter = { seed: 0xdeadbeef, purpose: 2, stream: [7, 0xffffffff, 3] }

  test('the reference gives the published vectors of Philox4x32-10', () => {
    expect(philoxBlock([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8])
    const ones = 0xffffffff
    expect(philoxBlock([ones, ones, ones, ones], [ones, ones])).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd])
    const pi = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]
    expect(philoxBlock(pi, [0xa4093822, 0x299f31d0])).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1])
  })

  test('the kernel gives the words of consecutive blocks, four blocks side by side', () => {
    const words = new Uint32Array(memory.buffer, 128, 64)
    kernels.randomWords(words, counter)
    for (let block = 0; block < 16; block++) {
      const expected = philoxBlock([block, ...counter.stream], [counter.seed, counter.purpose])
      const group = Math.floor(block / 4) * 16 + (block % 4)
      expect([0, 4, 8, 12].map((word) => words[group + word])).toEqual(expected)
    }
  })

  test('a dropout mask drops the share it should and scales the rest so that the mean stays one', () => {
    const mask = new Float32Array(memory.buffer, 0, 100_000 - (100_000 % 32))
    for (const rate of [0, 0.1, 0.5, 0.9]) {
      kernels.dropoutMask(mask, rate, counter)
      const dropped = mask.reduce((count, factor) => count + +(factor === 0), 0)
      expect(Math.abs(dropped / mask.length - rate)).toBeLessThan(0.006)
      expect(mask.reduce((sum, factor) => sum + factor, 0) / mask.length).toBeCloseTo(1, 1)
      expect(new Set(mask).size).toBe(rate === 0 ? 1 : 2)
    }
  })

  test('each part of the counter changes the mask, and neighbours in it are independent', () => {
    const mask = new Float32Array(memory.buffer, 0, 32_768)
    const draw = (changed: Partial<RandomCounter>): Float32Array => {
      kernels.dropoutMask(mask, 0.5, { ...counter, ...changed })
      return mask.slice()
    }
    const original = draw({})
    expect(draw({})).toEqual(original)
    const changes: Partial<RandomCounter>[] = [
      { seed: 1 },
      { purpose: 1 },
      { stream: [8, 0xffffffff, 3] },
      { stream: [7, 0, 3] },
      { stream: [7, 0xffffffff, 2] },
    ]
    for (const changed of changes) {
      const same = draw(changed).reduce((count, factor, index) => count + +(factor === original[index]), 0)
      // Half of them agree by chance; eight standard deviations are 0.022.
      expect(Math.abs(same / original.length - 0.5)).toBeLessThan(0.022)
    }
    const sameAsNext = original.reduce((count, factor, index) => count + +(factor === original[index + 1]), 0)
    expect(Math.abs(sameAsNext / original.length - 0.5)).toBeLessThan(0.022)
  })
})
