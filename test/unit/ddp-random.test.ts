/**
 * The sampler's random numbers: the published generator, no bias, every order equally likely. The sequences are fixed by
 * their keys, so the statistical limits cannot fail by chance.
 */
import { describe, expect, it } from 'vitest'
import { randomIntegers, shuffle } from '../../electron/ddp/random.ts'

describe('random integers', () => {
  it('are the published sfc32 sequence of their keys', () => {
    // Independent computation with 64-bit integers, masked: the algorithm as its author gives it.
    const mask = 0xffffffffn
    let [a, b, c, counter] = [1n, 2n, 3n, 1n]
    const next = (): bigint => {
      const sum = (a + b + counter) & mask
      counter = (counter + 1n) & mask
      a = b ^ (b >> 9n)
      b = (c + (c << 3n)) & mask
      c = ((((c << 21n) & mask) | (c >> 11n)) + sum) & mask
      return sum
    }
    for (let i = 0; i < 12; i++) next()
    const below = randomIntegers(1, 2, 3)
    for (let i = 0; i < 1000; i++) expect(below(65_536)).toBe(Number(next() % 65_536n))
  })

  it('fill every value below the bound about equally', () => {
    const below = randomIntegers(42, 0, 1)
    const counts = new Array<number>(7).fill(0)
    for (let i = 0; i < 70_000; i++) counts[below(7)]++
    // Chi-square with 6 degrees of freedom: 22.46 is passed once in a thousand; the sequence is fixed.
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(22.46)
  })
})

describe('shuffle', () => {
  it('makes every order of three about equally often', () => {
    const below = randomIntegers(7, 0, 1)
    const counts = new Map<string, number>()
    for (let i = 0; i < 60_000; i++) {
      const order = shuffle([0, 1, 2], below).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    expect([...counts.values()].reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(20.52)
  })
})
