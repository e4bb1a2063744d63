/**
 * The ring's schedule as a plan on paper: followed with sets in place of numbers, it must add every part exactly once.
 * The sums themselves are in test/contract/process-group.test.ts.
 */
import { describe, expect, it } from 'vitest'
import { ringSchedule, segmentRange } from '../../electron/collectives/ring-algorithm.ts'

describe.each([2, 3, 4, 7])('the schedule of a ring of %i', (worldSize) => {
  const schedules = Array.from({ length: worldSize }, (_, rank) => ringSchedule(rank, worldSize))

  it('has every rank receive what its left neighbour sends', () => {
    for (const [rank, rounds] of schedules.entries()) {
      const left = schedules[(rank + worldSize - 1) % worldSize]
      expect(rounds.map(({ receives }) => receives)).toEqual(left.map(({ sends }) => sends))
    }
  })

  it('passes on in each round what arrived in the one before', () => {
    for (const rounds of schedules) {
      for (let round = 1; round < rounds.length; round++) expect(rounds[round].sends).toBe(rounds[round - 1].receives)
    }
  })

  it('gathers every rank’s part of every segment on one rank, and then brings each sum to every rank', () => {
    // holds[rank][segment]: whose parts are in it
    const holds = schedules.map((_, rank) => Array.from({ length: worldSize }, () => new Set([rank])))
    for (let round = 0; round < 2 * (worldSize - 1); round++) {
      const sent = schedules.map((rounds, rank) => new Set(holds[rank][rounds[round].sends]))
      for (const [rank, rounds] of schedules.entries()) {
        const arriving = sent[(rank + worldSize - 1) % worldSize]
        const { phase, receives } = rounds[round]
        const mine = holds[rank][receives]
        // No part is ever added twice.
        if (phase === 'reduceScatter') expect([...arriving].some((part) => mine.has(part))).toBe(false)
        holds[rank][receives] = phase === 'reduceScatter' ? new Set([...mine, ...arriving]) : arriving
      }
    }
    for (const segments of holds) for (const parts of segments) expect(parts.size).toBe(worldSize)
  })
})

describe('segments', () => {
  it.each([0, 1, 2, 3, 5, 17, 1000])('of %i elements cover them once and differ by one at most', (length) => {
    for (const worldSize of [2, 3, 4, 16]) {
      const ranges = Array.from({ length: worldSize }, (_, segment) => segmentRange(length, worldSize, segment))
      expect(ranges[0][0]).toBe(0)
      expect(ranges.at(-1)![1]).toBe(length)
      for (let i = 1; i < worldSize; i++) expect(ranges[i][0]).toBe(ranges[i - 1][1])
      const sizes = ranges.map(([start, end]) => end - start)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }
  })
})
