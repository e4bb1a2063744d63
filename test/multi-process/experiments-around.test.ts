/** The experiments about what is around the steps, on real ranks: the fixed form passes its check, the broken one does not, and by how much. */
import { describe, expect, it } from 'vitest'
import { holds, keepsBelowTwice } from '../helpers/experiment.ts'

describe('around the steps', () => {
  it('16: where all ranks save, the files on the disk are of the last one', () =>
    holds({
      program: 'checkpoint-mistakes',
      fixed: 'fixed',
      broken: 'all-ranks-save',
      says: /2 ranks wrote the same files/,
      margins: (_, broken) => {
        const [own, other] = broken.ranks.map(({ probe }) => probe.wrote.map(({ sha256 }) => sha256))
        expect(own!.some((sha256) => other!.includes(sha256))).toBe(false)
      },
    }))

  it('16: without the moments a resumed run goes another way', () =>
    holds({
      program: 'checkpoint-mistakes',
      fixed: 'fixed',
      broken: 'no-moments',
      says: /the optimizer had forgotten its moments/,
      margins: (fixed, broken) => {
        expect(fixed.ranks[0]!.probe.parameterDifference).toBe(0)
        expect(fixed.ranks[0]!.probe.resumed).toEqual(fixed.ranks[0]!.probe.uninterrupted)
        expect(broken.ranks[0]!.probe.parameterDifference).toBeGreaterThan(1e-3)
      },
    }))

  it('17: small buckets keep two ranks below twice the speed', () => keepsBelowTwice('small-buckets', /35 all-reduces a step/))

  it.each([
    ['port-busy', /rank 1: The address of rank 1 is already taken/],
    ['one-device', /device 0 is claimed by 2 ranks/],
    ['too-many-threads', /2 ranks × \d+ threads/],
  ] as const)('18: %s is seen before the first step', (broken, says) =>
    holds({
      program: 'pre-flight',
      fixed: 'fixed',
      broken,
      says,
      margins: (fixed) => expect(fixed.ranks.flatMap(({ probe }) => probe.checks.map(({ ok }) => ok))).toEqual(Array(6).fill(true)),
    }),
  )
})
