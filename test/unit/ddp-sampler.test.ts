/**
 * What the distributed sampler promises: every row once, the same updates for any number of ranks with one global
 * batch, a new order each epoch, and little padding.
 */
import { describe, expect, it } from 'vitest'
import { DistributedSampler, evaluationShard, type SamplerOptions } from '../../electron/ddp/sampler.ts'

/** Headline-like: most around a dozen tokens, some much longer. */
const lengthsOf = (count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, row) => 6 + ((row * 7919) % 23) + (row % 17 === 0 ? 40 : 0))

function samplers(count: number, worldSize: number, options: Partial<SamplerOptions> = {}): DistributedSampler[] {
  return Array.from(
    { length: worldSize },
    (_, rank) =>
      new DistributedSampler({
        lengths: lengthsOf(count),
        microBatch: 4,
        gradAccumSteps: 1,
        seed: 42,
        shuffle: true,
        worldSize,
        rank,
        ...options,
      }),
  )
}

/** [step][rank][micro-batch][row] */
function epochOf(ranks: DistributedSampler[], epoch = 0): number[][][][] {
  const perRank = ranks.map((sampler) => {
    sampler.setEpoch(epoch)
    return [...sampler.steps()].map((micros) => micros.map((rows) => [...rows]))
  })
  return perRank[0].map((_, step) => perRank.map((steps) => steps[step]))
}

const rowsOf = (steps: number[][][][]): number[] => steps.flat(3)
const ascending = (rows: number[]): number[] => [...rows].sort((a, b) => a - b)
const range = (count: number): number[] => Array.from({ length: count }, (_, row) => row)
const setsOf = (steps: number[][][][]): string[] => steps.map((ranks) => ascending(ranks.flat(2)).join(' '))

describe('the distributed sampler', () => {
  it.each([1, 2, 3, 4, 16])('gives every row once per epoch to %i ranks, in as many steps on each', (worldSize) => {
    for (const count of [0, 1, 2, 7, 64, 100, 1003]) {
      for (const [microBatch, gradAccumSteps] of [
        [1, 1],
        [4, 1],
        [4, 3],
        [32, 2],
      ]) {
        for (const shuffle of [true, false]) {
          const ranks = samplers(count, worldSize, { microBatch, gradAccumSteps, shuffle })
          const steps = Math.ceil(count / (microBatch * gradAccumSteps * worldSize))
          for (const sampler of ranks) expect([...sampler.steps()]).toHaveLength(steps)
          expect(ranks.map(({ stepsPerEpoch }) => stepsPerEpoch)).toEqual(ranks.map(() => steps))

          const epoch = epochOf(ranks, 3)
          expect(ascending(rowsOf(epoch))).toEqual(range(count))
          const microBatches = epoch.flat(1)
          expect(microBatches.every((micros) => micros.length === gradAccumSteps)).toBe(true)
          expect(microBatches.flat(1).every((rows) => rows.length <= microBatch)).toBe(true)
        }
      }
    }
  })

  it('fills every step but one', () => {
    const sizes = epochOf(samplers(1003, 2)).map((ranks) => ranks.flat(2).length)
    expect(sizes.filter((size) => size !== 8)).toEqual([1003 % 8])
  })

  it('makes the same global batches for 2 ranks × B, 1 rank × 2B and 1 rank × B × 2 micro-steps', () => {
    for (const count of [7, 100, 1003]) {
      for (const epoch of [0, 1, 5]) {
        const two = setsOf(epochOf(samplers(count, 2, { microBatch: 8 }), epoch))
        expect(setsOf(epochOf(samplers(count, 1, { microBatch: 16 }), epoch))).toEqual(two)
        expect(setsOf(epochOf(samplers(count, 1, { microBatch: 8, gradAccumSteps: 2 }), epoch))).toEqual(two)
      }
    }
  })

  it('changes the order with the epoch and the seed, and with nothing else', () => {
    const order = (epoch: number, seed: number): string => rowsOf(epochOf(samplers(500, 2, { seed }), epoch)).join(' ')
    expect(order(1, 42)).toBe(order(1, 42))
    expect(order(1, 42)).not.toBe(order(2, 42))
    expect(order(1, 42)).not.toBe(order(1, 43))
    // Seed and epoch are not simply added.
    expect(order(1, 42)).not.toBe(order(0, 43))
  })

  it('changes who meets whom in a batch, not only the order of the batches', () => {
    const batches = (epoch: number): Set<string> => new Set(setsOf(epochOf(samplers(1000, 2), epoch)))
    const first = batches(0)
    const kept = [...batches(1)].filter((batch) => first.has(batch))
    expect(kept.length).toBeLessThan(first.size / 10)
  })

  it('without a shuffle keeps the rows in their own order', () => {
    expect(rowsOf(epochOf(samplers(100, 1, { shuffle: false })))).toEqual(range(100))
    expect(epochOf(samplers(10, 2, { shuffle: false }))[0]).toEqual([[[0, 2, 4, 6]], [[1, 3, 5, 7]]])
  })

  it('batches rows of like length: far less padding than a plain shuffle', () => {
    const count = 4000
    const lengths = lengthsOf(count)
    const padding = (batches: number[][]): number => {
      const total = (rows: number[]): number => rows.length * Math.max(...rows.map((row) => lengths[row]))
      const padded = batches.reduce((sum, rows) => sum + total(rows), 0)
      return 1 - lengths.reduce((sum, length) => sum + length, 0) / padded
    }
    const bucketed = epochOf(samplers(count, 2, { microBatch: 16 })).flat(2)
    // Equal lengths leave nothing to sort by: the same sampler, a plain shuffle.
    const plain = epochOf(samplers(count, 2, { microBatch: 16, lengths: new Int32Array(count).fill(10) })).flat(2)
    expect(padding(plain)).toBeGreaterThan(0.5)
    expect(padding(bucketed)).toBeLessThan(0.1)
  })

  it('visits long and short rows all through the epoch', () => {
    const lengths = lengthsOf(4000)
    const means = epochOf(samplers(4000, 2)).map((ranks) => {
      const rows = ranks.flat(2)
      return rows.reduce((sum, row) => sum + lengths[row], 0) / rows.length
    })
    const half = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const ratio = half(means.slice(0, means.length / 2)) / half(means.slice(means.length / 2))
    expect(Math.abs(Math.log(ratio))).toBeLessThan(0.1)
  })
})

describe('evaluation shards', () => {
  it('hold every row exactly once', () => {
    for (const count of [0, 1, 2, 5, 100, 101]) {
      for (const worldSize of [1, 2, 3, 8]) {
        const shards = range(worldSize).map((rank) => [...evaluationShard(count, worldSize, rank)])
        expect(ascending(shards.flat())).toEqual(range(count))
        for (const [rank, rows] of shards.entries()) expect(rows.every((row) => row % worldSize === rank)).toBe(true)
      }
    }
  })
})

describe('an epoch that groups of several sizes share', () => {
  /** Rows that a group of `worldSize` trains on in its first `steps` of what is left of the epoch. */
  const made = (worldSize: number, done: { worldSize: number; steps: number }[], steps = Infinity): number[] =>
    samplers(203, worldSize).flatMap((sampler) => {
      sampler.setEpoch(1, done)
      return [...sampler.steps()].slice(0, steps).flatMap((micros) => micros.flatMap((rows) => [...rows]))
    })

  it('has every row once, whatever the sizes', () => {
    const done = [
      { worldSize: 4, steps: 5 },
      { worldSize: 3, steps: 2 },
    ]
    const rows = [...made(4, [], 5), ...made(3, done.slice(0, 1), 2), ...made(1, done)]
    expect(ascending(rows)).toEqual(range(203))
  })

  it('goes on with the very batches that were planned where the size is the same', () => {
    const [whole] = samplers(203, 2)
    whole!.setEpoch(1)
    const [rest] = samplers(203, 2)
    rest!.setEpoch(1, [{ worldSize: 2, steps: 7 }])
    expect(rest!.globalBatches()).toEqual(whole!.globalBatches().slice(7))
  })

  it('is over when all its steps are made', () => {
    expect(made(2, [{ worldSize: 2, steps: 26 }])).toEqual([])
  })
})
