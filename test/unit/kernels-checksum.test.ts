/** The frames' checksum: one number from kernel and plain JavaScript, and what damage it sees. */
import { describe, expect, test } from 'vitest'
import { buildKernels } from '../../scripts/build-kernels.mjs'
import { addWithChecksums, bytesOf, checksumOf, plainChecksum } from '../../electron/kernels/checksum.ts'
import { instantiateKernels, scratchLength } from '../../electron/kernels/index.ts'
import { randomNumbers } from './engine-fixtures.ts'

await buildKernels()
const random = randomNumbers(17)
const vectorBytes = 1 << 20
const memory = new WebAssembly.Memory({ initial: Math.ceil((vectorBytes + scratchLength * 4) / 65_536) })
const { scratch } = instantiateKernels(memory, vectorBytes)

function randomBytes(length: number, offset = 0): Uint8Array {
  const bytes = new Uint8Array(memory.buffer, offset, length)
  for (let index = 0; index < length; index++) bytes[index] = Math.floor(random() * 256)
  return bytes
}

test.each([0, 1, 3, 4, 15, 16, 17, 31, 32, 33, 63, 64, 1000, 4099])(
  'of %i bytes is the same from the kernel and in JavaScript',
  (length) => {
    const bytes = randomBytes(length, 5)
    expect(checksumOf(bytes)).toBe(plainChecksum(bytes))
    expect(checksumOf(bytes.slice())).toBe(plainChecksum(bytes))
  },
)

describe('damage', () => {
  test('of any single bit is seen', () => {
    const bytes = randomBytes(203)
    const whole = checksumOf(bytes)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      expect(checksumOf(bytes), `bit ${bit}`).not.toBe(whole)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
    }
  })

  test('by two words that changed places is seen, whether they share a lane or not', () => {
    const bytes = randomBytes(256)
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, 64)
    const whole = checksumOf(bytes)
    for (const [a, b] of [
      [0, 1],
      [0, 4],
      [3, 60],
      [17, 18],
    ] as const) {
      ;[words[a], words[b]] = [words[b]!, words[a]!]
      expect(checksumOf(bytes), `${a} and ${b}`).not.toBe(whole)
      ;[words[a], words[b]] = [words[b]!, words[a]!]
    }
  })

  test('that leaves the sum of all words as it was is seen by their weights', () => {
    const bytes = randomBytes(64)
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, 16)
    const whole = checksumOf(bytes)
    words[2]! += 1
    words[9]! -= 1
    expect(checksumOf(bytes) & 0xffffffffn).toBe(whole & 0xffffffffn)
    expect(checksumOf(bytes)).not.toBe(whole)
  })
})

test.each([0, 1, 3, 4, 7, 1000, 4099])(
  'adding %i floats gives the sums and both checksums, in the kernels’ memory and outside',
  (length) => {
    const sums = new Float32Array(memory.buffer, 0, length)
    const addend = scratch!.subarray(0, length)
    for (let index = 0; index < length; index++) [sums[index], addend[index]] = [random() - 0.5, random() - 0.5]
    const expected = sums.map((value, index) => value + addend[index]!)
    const outside = { sums: sums.slice(), addend: addend.slice() }
    const { ofAddend, ofSums } = addWithChecksums(sums, addend)
    expect(sums).toEqual(expected)
    expect(ofAddend).toBe(plainChecksum(bytesOf(addend)))
    expect(ofSums).toBe(plainChecksum(bytesOf(expected)))
    expect(addWithChecksums(outside.sums, outside.addend)).toEqual({ ofAddend, ofSums })
  },
)
