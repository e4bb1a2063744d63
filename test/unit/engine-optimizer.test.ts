/** AdamW over the arena against a plain reference, clipping, and the learning rate's schedule. */
import { describe, expect, test } from 'vitest'
import { AdamW, clipScale } from '../../electron/engine/optimizer.ts'
import { learningRateAt } from '../../electron/engine/schedule.ts'
import { makeArena, miniatureConfig, randomNumbers } from './engine-fixtures.ts'

describe('AdamW', () => {
  test('several steps equal a float64 reference, with decay only where it belongs', () => {
    const arena = makeArena(miniatureConfig())
    const optimizer = new AdamW(arena, { weightDecay: 0.1 })
    const random = randomNumbers(1)
    const states = arena.specs.map(({ name, decay }) => ({
      name,
      decay,
      p: Array.from(arena.parameter(name)),
      m: [] as number[],
      v: [] as number[],
    }))
    const [learningRate, gradScale] = [0.01, 0.7]
    for (let step = 1; step <= 4; step++) {
      for (const { name } of arena.specs) {
        const gradient = arena.gradient(name)
        for (let index = 0; index < gradient.length; index++) gradient[index] = random() - 0.5
      }
      optimizer.update({ learningRate, gradScale })
      expect(optimizer.step).toBe(step)
      for (const { name, decay, p, m, v } of states) {
        for (const [index, gradient] of arena.gradient(name).entries()) {
          const g = gradient * gradScale
          m[index] = 0.9 * (m[index] ?? 0) + 0.1 * g
          v[index] = 0.999 * (v[index] ?? 0) + 0.001 * g * g
          if (decay) p[index]! *= 1 - learningRate * 0.1
          p[index]! -= (learningRate * (m[index]! / (1 - 0.9 ** step))) / (Math.sqrt(v[index]! / (1 - 0.999 ** step)) + 1e-8)
        }
      }
    }
    for (const { name, p } of states) {
      for (const [index, value] of arena.parameter(name).entries()) expect(Math.abs(value - p[index]!)).toBeLessThan(2e-6)
    }
  })

  test('a step counter taken over from a checkpoint continues the bias correction', () => {
    const arena = makeArena(miniatureConfig())
    const optimizer = new AdamW(arena, { weightDecay: 0 })
    optimizer.step = 9
    arena.gradients.fill(1)
    const before = arena.parameters[100]!
    optimizer.update({ learningRate: 1 })
    const expected = 0.1 / (1 - 0.9 ** 10) / Math.sqrt(0.001 / (1 - 0.999 ** 10))
    expect(before - arena.parameters[100]!).toBeCloseTo(expected, 5)
  })

  test('gradNorm is the norm over all gradients; clipping brings it to the limit and leaves smaller ones alone', () => {
    const arena = makeArena(miniatureConfig())
    const optimizer = new AdamW(arena, { weightDecay: 0 })
    arena.gradients.fill(0)
    arena.gradient('classifier.bias').set([3, 4])
    expect(optimizer.gradNorm()).toBe(5)
    expect(clipScale(5, 1)).toBeCloseTo(0.2, 6)
    expect(clipScale(0.5, 1)).toBe(1)
  })
})

describe('learning rate', () => {
  const config = { learningRate: 1, warmupFraction: 0.1 }
  const rates = Array.from({ length: 50 }, (_, index) => learningRateAt(index + 1, 50, config))

  test('rises evenly to its height, then falls evenly, and is never zero', () => {
    expect(rates.slice(0, 5)).toEqual([0.2, 0.4, 0.6, 0.8, 1])
    expect(Math.max(...rates)).toBe(1)
    for (let index = 5; index < 50; index++) expect(rates[index - 1]! - rates[index]!).toBeCloseTo(1 / 46, 10)
    expect(rates[49]).toBeCloseTo(1 / 46, 10)
  })

  test('stays at its height with the constant schedule, and falls as half a cosine with that one', () => {
    const after = (schedule: 'constant' | 'linear' | 'cosine') =>
      Array.from({ length: 50 }, (_, index) => learningRateAt(index + 1, 50, { ...config, schedule }))
    expect(after('linear')).toEqual(rates)
    for (const schedule of ['constant', 'cosine'] as const) expect(after(schedule).slice(0, 5)).toEqual(rates.slice(0, 5))
    expect(new Set(after('constant').slice(5))).toEqual(new Set([1]))
    const cosine = after('cosine')
    for (let index = 5; index < 50; index++) expect(cosine[index]!).toBeLessThan(cosine[index - 1]!)
    // Half of the height is half way, between steps 28 and 29 of 5 to 51.
    expect((cosine[26]! + cosine[28]!) / 2).toBeCloseTo(0.5, 2)
    expect(cosine[49]).toBeGreaterThan(0)
    expect(cosine[49]).toBeLessThan(rates[49]!)
  })

  test('without warm-up it begins at its height; a single step has a rate too', () => {
    expect(learningRateAt(1, 10, { learningRate: 3, warmupFraction: 0 })).toBe(3)
    expect(learningRateAt(1, 1, config)).toBe(1)
    expect(learningRateAt(1, 1, { learningRate: 1, warmupFraction: 1 })).toBe(1)
  })
})
