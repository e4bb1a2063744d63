/**
 * Gradient synchronisation in both versions, naive and bucketed: the same promises, held against arithmetic done by
 * hand, and the mean of means beside it as the mistake that they avoid.
 */
import { describe, expect, it } from 'vitest'
import type { ProcessGroup } from '../../electron/collectives/process-group.ts'
import { singleProcessGroup } from '../../electron/collectives/single.ts'
import { planBuckets } from '../../electron/ddp/buckets.ts'
import { NaiveSync } from '../../electron/ddp/naive.ts'
import { Reducer } from '../../electron/ddp/reducer.ts'
import type { GradientSync } from '../../electron/engine/gradient-sync.ts'
import { labError, memoryRing } from '../helpers/process-groups.ts'
import { smallArena, type SmallArena } from '../helpers/small-arena.ts'

const sizes = [100, 7, 1, 64, 1000, 3, 3, 250]
const arena = smallArena(sizes)

/** Gradient sums of a rank; the gaps between parameters are zero. */
function gradientOf(rank: number, { specs, offsets, flatLength }: SmallArena = arena): Float32Array {
  const gradient = new Float32Array(flatLength)
  for (const { name, size } of specs) {
    const start = offsets.get(name)!
    for (let i = start; i < start + size; i++) gradient[i] = Math.fround(Math.sin(i * 3.7 + rank * 11) * 5)
  }
  return gradient
}

interface Reduced {
  gradients: Float32Array[]
  sums: { lossSum: number; exampleCount: number }[]
}

async function reduceOnAll(groups: ProcessGroup[], counts: number[], create: (group: ProcessGroup) => GradientSync): Promise<Reduced> {
  const gradients = groups.map((group) => gradientOf(group.rank))
  const sums = await Promise.all(
    groups.map((group) => create(group).reduce(gradients[group.rank], { lossSum: group.rank + 0.5, exampleCount: counts[group.rank] }, 1)),
  )
  return { gradients, sums }
}

const bucketed = (group: ProcessGroup): Reducer => new Reducer({ group, arena, bucketCapBytes: 1024 })
const naive = (group: ProcessGroup): NaiveSync => new NaiveSync({ group, arena })

describe('buckets', () => {
  it('cover every parameter once, last registered first, in contiguous ranges', () => {
    for (const cap of [4, 100, 1024, 1e9]) {
      const buckets = planBuckets(arena, cap)
      expect(buckets.flatMap(({ names }) => names)).toEqual(arena.specs.map(({ name }) => name).reverse())
      expect(buckets.map(({ index }) => index)).toEqual(buckets.map((_, index) => index))
      for (const { names, start, end } of buckets) {
        const last = arena.specs.find(({ name }) => name === names[0])!
        expect(end).toBe(arena.offsets.get(last.name)! + last.size)
        expect(start).toBe(arena.offsets.get(names.at(-1)!))
        if (names.length > 1) expect((end - start) * 4).toBeLessThanOrEqual(cap)
      }
    }
  })

  it('are as full as the cap allows', () => {
    expect(planBuckets(arena, 1e9)).toHaveLength(1)
    expect(planBuckets(arena, 4)).toHaveLength(sizes.length)
    // 250 + 3 + 3 with gaps are 1040 bytes: two parameters fit into 1024, the third does not.
    expect(planBuckets(arena, 1024)[0].names).toEqual(['layer.7.weight', 'layer.6.weight'])
  })
})

describe.each([
  ['the reducer', bucketed],
  ['naive synchronisation', naive],
] as const)('%s', (_, create) => {
  it('leaves sums over all ranks, which the global example count makes a weighted mean on uneven counts', async () => {
    const { gradients, sums } = await reduceOnAll(memoryRing(3), [32, 5, 1], create)
    const parts = [0, 1, 2].map((rank) => gradientOf(rank))
    for (const gradient of gradients) {
      for (let i = 0; i < gradient.length; i++) expect(gradient[i] / 38).toBeCloseTo((parts[0][i] + parts[1][i] + parts[2][i]) / 38, 6)
    }
    for (const { lossSum, exampleCount } of sums) {
      expect(exampleCount).toBe(38)
      expect(lossSum).toBeCloseTo(4.5, 6)
    }
  })

  it('is not the mean of the ranks’ means, which is wrong on uneven counts', async () => {
    const { gradients } = await reduceOnAll(memoryRing(2), [32, 1], create)
    const [first, second] = [gradientOf(0), gradientOf(1)]
    const meanOfMeans = (i: number): number => (first[i] / 32 + second[i] / 1) / 2
    const worst = Math.max(...Array.from(gradients[0], (value, i) => Math.abs(value / 33 - meanOfMeans(i))))
    expect(worst).toBeGreaterThan(1)
  })

  it('leaves the same bits on every rank', async () => {
    const { gradients } = await reduceOnAll(memoryRing(4), [3, 0, 8, 8], create)
    for (const gradient of gradients) expect(new Uint32Array(gradient.buffer)).toEqual(new Uint32Array(gradients[0].buffer))
  })

  it('takes a rank that had no examples at all', async () => {
    const groups = memoryRing(2)
    const gradients = [gradientOf(0), new Float32Array(arena.flatLength)]
    const counts = [4, 0]
    await Promise.all(
      groups.map((group) => create(group).reduce(gradients[group.rank], { lossSum: 1, exampleCount: counts[group.rank] }, 1)),
    )
    for (const gradient of gradients) for (let i = 0; i < 50; i++) expect(gradient[i]).toBe(gradientOf(0)[i])
  })

  it('changes nothing in a group of one', async () => {
    const { gradients, sums } = await reduceOnAll([singleProcessGroup()], [8], create)
    expect(gradients[0]).toEqual(gradientOf(0))
    expect(sums).toEqual([{ lossSum: 0.5, exampleCount: 8 }])
  })

  it('counts beyond 2²⁴ examples exactly', async () => {
    const counts = [2 ** 24 + 1, 2 ** 25 + 3]
    const { sums } = await reduceOnAll(memoryRing(2), counts, create)
    expect(sums[0].exampleCount).toBe(counts[0] + counts[1])
  })

  it('passes a loss that is not a number on to all ranks', async () => {
    const groups = memoryRing(2)
    const losses = [Number.NaN, 1]
    const sums = await Promise.all(
      groups.map((group) => create(group).reduce(gradientOf(group.rank), { lossSum: losses[group.rank], exampleCount: 1 }, 1)),
    )
    for (const { lossSum } of sums) expect(lossSum).toBeNaN()
  })
})

describe('the reducer', () => {
  it('gives what the naive version gives', async () => {
    const two = [await reduceOnAll(memoryRing(2), [3, 4], bucketed), await reduceOnAll(memoryRing(2), [3, 4], naive)]
    // Two summands have one order only: the same bits.
    expect(two[0].gradients[0]).toEqual(two[1].gradients[0])
    const three = [await reduceOnAll(memoryRing(3), [3, 4, 5], bucketed), await reduceOnAll(memoryRing(3), [3, 4, 5], naive)]
    for (const [i, value] of three[0].gradients[0].entries()) expect(value).toBeCloseTo(three[1].gradients[0][i], 6)
  })

  it('takes gradients in whatever order each rank completes them, and sends buckets in one order', async () => {
    const expected = await reduceOnAll(memoryRing(2), [1, 1], bucketed)
    const groups = memoryRing(2)
    const gradients = groups.map((group) => gradientOf(group.rank))
    const names = arena.specs.map(({ name }) => name)
    const orders = [names, [...names].reverse()]
    await Promise.all(
      groups.map(async (group) => {
        const reducer = bucketed(group)
        reducer.begin(gradients[group.rank], 1)
        for (const name of orders[group.rank]) {
          reducer.markReady(name)
          await Promise.resolve()
        }
        await reducer.finalize({ lossSum: 0, exampleCount: 1 })
      }),
    )
    expect(gradients).toEqual(expected.gradients)
  })

  it('is ready for the next step after each', async () => {
    const groups = memoryRing(2)
    const reducers = groups.map(bucketed)
    for (let step = 1; step <= 3; step++) {
      const gradients = groups.map((group) => gradientOf(group.rank))
      await Promise.all(groups.map((group) => reducers[group.rank].reduce(gradients[group.rank], { lossSum: 1, exampleCount: 2 }, step)))
      expect(gradients[0]).toEqual(gradients[1])
      expect(gradients[0][0]).toBeCloseTo(gradientOf(0)[0] + gradientOf(1)[0], 6)
    }
  })

  it('refuses a parameter that is ready twice, unknown, or missing at the end', async () => {
    const reducer = bucketed(singleProcessGroup())
    reducer.begin(gradientOf(0), 1)
    reducer.markReady('layer.0.weight')
    expect(() => reducer.markReady('layer.0.weight')).toThrow('not awaited')
    expect(() => reducer.markReady('layer.99.weight')).toThrow('not awaited')
    await expect(reducer.finalize({ lossSum: 0, exampleCount: 1 })).rejects.toThrow('never became ready: layer.7.weight')
  })

  it('throws what its collectives throw', async () => {
    const groups = memoryRing(2)
    const reduction = bucketed(groups[0]).reduce(gradientOf(0), { lossSum: 0, exampleCount: 1 }, 7)
    groups[1].close()
    const error = await labError(reduction)
    expect(error.title).toBe('Connection to rank 1 was lost during all-reduce, step 7')
  })
})
