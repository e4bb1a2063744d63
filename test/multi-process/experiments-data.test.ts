/** The experiments about which rows a rank sees, on real ranks: the fixed form passes its check, the broken one does not, and by how much. */
import { describe, expect, it } from 'vitest'
import { coverage } from '../../shared/lessons/checks/data-experiments.ts'
import { holds, last } from '../helpers/experiment.ts'

describe('which rows a rank sees', () => {
  it('1: without set_epoch every epoch comes in the same order', () =>
    holds({
      program: 'set-epoch',
      fixed: 'fixed',
      broken: 'broken',
      says: /100 % .* the order never changes/,
      margins: (fixed, broken) => {
        for (const { probe } of broken.ranks) expect(new Set(probe.epochs.map(String)).size).toBe(1)
        for (const { probe } of fixed.ranks) expect(new Set(probe.epochs.map(String)).size).toBe(probe.epochs.length)
      },
    }))

  it('2: without a distributed sampler every row is read by all, and half of each batch is wasted', () =>
    holds({
      program: 'no-sampler',
      fixed: 'fixed',
      broken: 'broken',
      says: /2 times in one epoch, and a step of 16 rows held 8/,
      margins: (fixed, broken) => {
        expect(coverage(fixed).seen.every((count) => count === 1)).toBe(true)
        expect(coverage(broken).seen.every((count) => count === 2)).toBe(true)
        expect(coverage(fixed).effectiveBatch).toBe(2 * coverage(broken).effectiveBatch)
      },
    }))

  it('12: the same seed on every rank gives the same dropout masks', () =>
    holds({
      program: 'dropout-seeds',
      fixed: 'fixed',
      broken: 'broken',
      says: /100 % of the places/,
      margins: (fixed, broken) => {
        const [own, other] = fixed.ranks.map(({ probe }) => probe.steps)
        expect(own).not.toEqual(other)
        expect(broken.ranks[0]!.probe).toEqual(broken.ranks[1]!.probe)
      },
    }))

  it('13: statistics of a batch normalisation diverge where ranks see different rows', () =>
    holds({
      program: 'batch-norm',
      fixed: 'fixed',
      broken: 'broken',
      says: /each normalises in its own way/,
      margins: (fixed, broken) => {
        const [a, b] = broken.ranks.map(({ probe }) => last(probe.steps).mean)
        const apart = Math.max(...a!.map((value, feature) => Math.abs(value - b![feature]!) / value))
        expect(apart).toBeGreaterThan(0.05)
        expect(last(fixed.ranks[0]!.probe.steps)).toEqual(last(fixed.ranks[1]!.probe.steps))
      },
    }))

  it('8: padding the evaluation counts rows twice', () =>
    holds({
      program: 'eval-padding',
      fixed: 'fixed',
      broken: 'broken',
      says: /64 rows were counted, but there are 61: 0, 1, 2 came twice/,
      margins: (fixed, broken) => {
        expect([fixed.ranks[0]!.probe.countedRows, broken.ranks[0]!.probe.countedRows]).toEqual([61, 64])
      },
    }))
})
