/**
 * What a training loop relies on, held against every implementation of `ProcessGroup`: alone, in memory, over sockets.
 * Failures of the wire itself are in test/unit/collectives-faults.test.ts.
 */
import { describe, expect, it } from 'vitest'
import type { ProcessGroup } from '../../electron/collectives/process-group.ts'
import { context, groupKinds, labError } from '../helpers/process-groups.ts'

/** Values of many magnitudes and signs, so that the order of additions shows in the bits. */
function valuesOf(rank: number, length: number): Float32Array {
  const values = new Float32Array(length)
  for (let i = 0; i < length; i++)
    values[i] = (((i * 48_271 + rank * 40_503) % 65_537) - 32_768) * magnitudes[(i + rank) % magnitudes.length]
  return values
}
const magnitudes = [1e-5, 1e-3, 0.1, 3e-8, 0.3]

const everyRank = <T>(groups: ProcessGroup[], action: (group: ProcessGroup) => Promise<T>): Promise<T[]> => Promise.all(groups.map(action))
const bits = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength)
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))

describe.each(groupKinds)('$name', ({ worldSize, create }) => {
  it('numbers its members from 0', async () => {
    const groups = await create()
    expect(groups.map((group) => group.rank)).toEqual(Array.from({ length: worldSize }, (_, rank) => rank))
    expect(groups.every((group) => group.worldSize === worldSize)).toBe(true)
  })

  it.each([0, 1, 2, 3, 5, 1000, 1_000_003])('sums %i values and leaves the same bits on every rank', async (length) => {
    const groups = await create()
    const data = groups.map((group) => valuesOf(group.rank, length))
    const sums = new Float64Array(length)
    for (const values of data) for (let i = 0; i < length; i++) sums[i] += values[i]

    await everyRank(groups, (group) => group.allReduce(data[group.rank], context))

    let worst = 0
    for (let i = 0; i < length; i++) worst = Math.max(worst, Math.abs(data[0][i] - sums[i]))
    expect(worst).toBeLessThan(10 ** 4 * worldSize * 2 ** -23)
    for (const values of data) expect(bits(values).equals(bits(data[0]))).toBe(true)
  })

  it('reduces a view in place and leaves its surroundings alone', async () => {
    const groups = await create()
    const whole = groups.map(() => new Float32Array(12).fill(1))
    await everyRank(groups, (group) => group.allReduce(whole[group.rank].subarray(3, 10), context))
    for (const values of whole) expect([...values]).toEqual([1, 1, 1, ...Array<number>(7).fill(worldSize), 1, 1])
  })

  it.each(Array.from({ length: worldSize }, (_, root) => root))('broadcasts from rank %i', async (root) => {
    const groups = await create()
    for (const length of [0, 1, 7, 3_000_001]) {
      const data = groups.map((group) => new Uint8Array(length).fill(group.rank + 1))
      await everyRank(groups, (group) => group.broadcast(data[group.rank], root, context))
      for (const bytes of data) expect(bytes.every((byte) => byte === root + 1)).toBe(true)
    }
  })

  it('holds everyone at a barrier until the last has come', async () => {
    const groups = await create()
    const [last, ...early] = groups
    let passed = 0
    const waiting = early.map(async (group) => {
      await group.barrier(context)
      passed++
    })
    await aWhile()
    expect(passed).toBe(0)
    await Promise.all([last.barrier(context), ...waiting])
    expect(passed).toBe(worldSize - 1)
  })

  it('runs many collectives in the order of the calls, without waiting in between', async () => {
    const groups = await create()
    const results = await everyRank(groups, async (group) => {
      const sums: Float32Array[] = []
      const calls: Promise<void>[] = []
      for (let step = 0; step < 50; step++) {
        const value = Float32Array.of(step, group.rank)
        sums.push(value)
        calls.push(group.allReduce(value, { step, bucket: 0 }))
        if (step % 7 === 0) calls.push(group.barrier({ step, bucket: 0 }))
        if (step % 5 === 0) calls.push(group.broadcast(new Uint8Array(100), step % worldSize, { step, bucket: 1 }))
      }
      await Promise.all(calls)
      return sums.map((value) => [...value])
    })
    const ranks = (worldSize * (worldSize - 1)) / 2
    for (const sums of results) expect(sums).toEqual(Array.from({ length: 50 }, (_, step) => [step * worldSize, ranks]))
  })

  it('sends each rank’s share of a ring and no more', async () => {
    const groups = await create()
    const length = 120_000
    await everyRank(groups, (group) => group.allReduce(new Float32Array(length), context))
    for (const group of groups) expect(group.payloadBytesSent).toBe((2 * (worldSize - 1) * length * 4) / worldSize)
  })

  it('may be closed twice', async () => {
    for (const group of await create()) {
      group.close()
      group.close()
    }
  })
})

const kindsWithPeers = groupKinds.filter(({ worldSize }) => worldSize > 1)

describe.each(kindsWithPeers)('$name', ({ create }) => {
  it('fails all others at once, naming the rank, when one member leaves', async () => {
    const groups = await create()
    const [leaver, ...others] = groups
    const failures = others.map((group) => labError(group.allReduce(new Float32Array(1000), { step: 12, bucket: 0 })))
    await aWhile()
    leaver.close()
    for (const failure of await Promise.all(failures)) {
      expect(failure.code).toBe('RANK_FAILED')
      expect(failure.title).toBe('Connection to rank 0 was lost during all-reduce, step 12')
    }
    expect((await labError(leaver.barrier(context))).code).toBe('RANK_FAILED')
  })

  it('stays broken after a failure', async () => {
    const groups = await create()
    groups[0].close()
    const first = await labError(groups[1].barrier({ step: 3, bucket: 0 }))
    expect(await labError(groups[1].allReduce(new Float32Array(1), { step: 4, bucket: 0 }))).toEqual(first)
  })

  it('lets a member leave after a barrier that others have yet to come out of', async () => {
    const groups = await create()
    await everyRank(groups, async (group) => {
      await group.barrier(context)
      group.close()
    })
  })

  it('catches ranks that are in different steps, on all of them', async () => {
    const groups = await create()
    const failures = groups.map((group) =>
      labError(group.allReduce(new Float32Array(64), { step: 12 + (group.rank === 0 ? 1 : 0), bucket: 0 })),
    )
    for (const failure of await Promise.all(failures)) {
      expect(failure.code).toBe('COLLECTIVE_DESYNC')
      expect(failure.cause).toMatch(/sent step 1[23] where step 1[23] was expected/)
    }
  })

  it('catches ranks that call different collectives', async () => {
    const groups = await create()
    const failures = groups.map((group) =>
      labError(group.rank === 0 ? group.barrier(context) : group.allReduce(new Float32Array(64), context)),
    )
    for (const failure of await Promise.all(failures)) expect(failure.code).toBe('COLLECTIVE_DESYNC')
  })

  it('catches gradients of different lengths', async () => {
    const groups = await create()
    const failures = groups.map((group) => labError(group.allReduce(new Float32Array(1000 + group.rank), context)))
    for (const failure of await Promise.all(failures)) {
      expect(failure.code).toBe('COLLECTIVE_DESYNC')
      expect(failure.cause).toContain('payload length')
    }
  })
})
