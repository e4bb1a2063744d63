/** The whole classifier's gradients, against finite differences and against what must not change them. */
import { describe, expect, test } from 'vitest'
import { createClassifier, type Classifier } from '../../electron/engine/classifier.ts'
import type { ParameterArena } from '../../electron/engine/parameters.ts'
import type { DropoutCounter } from '../../electron/engine/random.ts'
import type { Batch } from '../../electron/data/types.ts'
import { bertTraits, makeArena, makeRandomBatch, miniatureConfig, pickRows, randomNumbers, relativeDistance } from './engine-fixtures.ts'

const counter: DropoutCounter = { seed: 5, rank: 0, step: 1, microStep: 0 }
const dropping = { dropout: 0.2, attentionDropout: 0.3, seqClassifDropout: 0.25 }

describe.for([
  { title: 'without dropout', config: miniatureConfig(), dropout: null },
  { title: 'with fixed dropout masks', config: miniatureConfig(dropping), dropout: counter },
  { title: 'of BERT, with fixed dropout masks', config: miniatureConfig({ ...bertTraits, ...dropping }), dropout: counter },
])('gradients $title', ({ config, dropout }) => {
  const arena = makeArena(config)
  const classifier = createClassifier({ config, arena, threads: 1 })
  const batch = makeRandomBatch(config, { rows: 4, filling: 1 })
  const random = randomNumbers(9)

  test.for(arena.specs.map(({ name }) => name))('%s: central differences agree in several directions', async (name) => {
    await classifier.gradients(batch, dropout)
    const gradient = arena.gradient(name).slice()
    const norm = Math.hypot(...gradient)
    if (/(k_lin|key)\.bias$/.test(name)) {
      // Softmax does not feel a shift of all keys.
      expect(norm).toBe(0)
      const everywhere = Array.from(gradient, () => 1)
      expect(await centralDifference(arena, classifier, batch, dropout, name, everywhere)).toBeCloseTo(0, 3)
      return
    }
    const unit = (index: number): number[] => Array.from(gradient, (_, element) => +(element === index))
    const steepest = gradient.reduce((best, value, index) => (Math.abs(value) > Math.abs(gradient[best]!) ? index : best), 0)
    const randomDirection = (): number[] =>
      normalised(Array.from(gradient, (value) => value / norm + (random() - 0.5) / Math.sqrt(gradient.length)))
    const directions = [normalised([...gradient]), randomDirection(), randomDirection(), unit(steepest)]
    for (const direction of directions) {
      const analytic = gradient.reduce((sum, value, index) => sum + value * direction[index]!, 0)
      const numeric = await centralDifference(arena, classifier, batch, dropout, name, direction)
      expect(Math.abs(numeric / analytic - 1)).toBeLessThan(1e-2)
    }
    const anywhere = Math.floor(random() * gradient.length)
    const numeric = await centralDifference(arena, classifier, batch, dropout, name, unit(anywhere))
    expect(Math.abs(numeric - gradient[anywhere]!)).toBeLessThan(1e-2 * Math.abs(gradient[anywhere]!) + 1e-3 * norm)
  })
})

async function centralDifference(
  arena: ParameterArena,
  classifier: Classifier,
  batch: Batch,
  dropout: DropoutCounter | null,
  name: string,
  direction: readonly number[],
): Promise<number> {
  const parameter = arena.parameter(name)
  const original = parameter.slice()
  const distance = 4e-3
  const lossAt = async (offset: number): Promise<number> => {
    for (const [index, component] of direction.entries()) parameter[index] = original[index]! + offset * component
    return (await classifier.gradients(batch, dropout)).lossSum
  }
  const difference = ((await lossAt(distance)) - (await lossAt(-distance))) / (2 * distance)
  parameter.set(original)
  return difference
}

function normalised(direction: number[]): number[] {
  const norm = Math.hypot(...direction)
  return direction.map((component) => component / norm)
}

test.for([
  { traits: {}, dropout: null },
  { traits: {}, dropout: counter },
  { traits: bertTraits, dropout: null },
])('the last layer for all positions, and padding taken along, give the same loss and gradients: %o', async ({ traits, dropout }) => {
  const config = miniatureConfig({ ...traits, ...(dropout ? { seqClassifDropout: 0.25 } : {}) })
  const arena = makeArena(config)
  const batch = makeRandomBatch(config, { rows: 4, filling: 1 })
  const run = async (asOthers: boolean): Promise<Float32Array> => {
    const comparison = { wholeLastLayer: asOthers, keepPadding: asOthers }
    const classifier = createClassifier({ config, arena, threads: 1, comparison })
    const { lossSum } = await classifier.gradients(batch, dropout)
    return Float32Array.of(lossSum, ...arena.gradients)
  }
  expect(relativeDistance(await run(false), await run(true))).toBeLessThan(1e-5)
})

describe('sums over examples', () => {
  const config = miniatureConfig()
  const arena = makeArena(config)
  const classifier = createClassifier({ config, arena, threads: 2 })
  const batch = makeRandomBatch(config, { rows: 4, filling: 1 })

  test('filling rows and longer padding change neither loss nor gradients', async () => {
    const { lossSum } = await classifier.gradients(batch, null)
    const gradients = arena.gradients.slice()
    for (const other of [pickRows(batch, [0, 1, 2]), pickRows(batch, [0, 1, 2, 3, 3, 3], 12)]) {
      expect((await classifier.gradients(other, null)).lossSum).toBeCloseTo(lossSum, 5)
      expect(relativeDistance(arena.gradients, gradients)).toBeLessThan(1e-5)
    }
  })

  test('the gradients of two halves add up to those of the whole', async () => {
    const whole = await classifier.gradients(batch, null)
    const gradients = arena.gradients.slice()
    const first = await classifier.gradients(pickRows(batch, [0]), null)
    const sum = arena.gradients.slice()
    const second = await classifier.gradients(pickRows(batch, [1, 2]), null)
    for (const [index, value] of arena.gradients.entries()) sum[index]! += value
    expect(first.lossSum + second.lossSum).toBeCloseTo(whole.lossSum, 5)
    expect(first.exampleCount + second.exampleCount).toBe(whole.exampleCount)
    expect(first.tokenCount + second.tokenCount).toBe(whole.tokenCount)
    expect(relativeDistance(sum, gradients)).toBeLessThan(1e-5)
  })

  test('a batch without examples gives zero gradients and runs nothing', async () => {
    arena.gradients.fill(1)
    const empty: Batch = { ...batch, rows: 0, exampleCount: 0, tokenCount: 0 }
    expect(await classifier.gradients(empty, null)).toEqual({ lossSum: 0, exampleCount: 0, tokenCount: 0, computedTokenCount: 0 })
    expect(arena.gradients.every((value) => value === 0)).toBe(true)
  })

  test('the padding row of the word embeddings and the gaps between parameters get no gradient', async () => {
    arena.gradients.fill(7, 0, config.dim)
    await classifier.gradients(batch, null)
    expect(
      arena
        .gradient('distilbert.embeddings.word_embeddings.weight')
        .subarray(0, config.dim)
        .every((value) => value === 0),
    ).toBe(true)
    const covered = new Set(
      arena.specs.flatMap(({ name, size }) => Array.from({ length: size }, (_, index) => arena.offsets.get(name)! + index)),
    )
    for (let index = 0; index < arena.flatLength; index++) if (!covered.has(index)) expect(arena.gradients[index]).toBe(0)
  })

  test('the word table is overwritten as a whole, also where an all-reduce left rows of other ranks', async () => {
    await classifier.gradients(batch, null)
    const expected = arena.gradients.slice()
    arena.gradients.fill(3)
    await classifier.gradients(batch, null)
    for (const { name } of arena.specs) expect(arena.gradient(name)).toEqual(arena.slice(expected, name))
  })

  test('equal calls give equal bits on any number of threads, also when issued at once', async () => {
    const other = makeRandomBatch(config, { rows: 4, seed: 8 })
    const [first, , again] = await Promise.all([classifier.logits(batch), classifier.logits(other), classifier.logits(batch)])
    expect(again).toEqual(first)
    await classifier.gradients(batch, null)
    const gradients = arena.gradients.slice()
    await Promise.all([classifier.gradients(other, null), classifier.gradients(batch, null)])
    expect(arena.gradients).toEqual(gradients)
  })
})
