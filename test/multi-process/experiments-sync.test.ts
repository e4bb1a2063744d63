/** The experiments about how ranks agree, on real ranks: the fixed form passes its check, the broken one does not, and by how much. */
import { describe, expect, it } from 'vitest'
import { findCulprit, whoWaits } from '../../shared/lessons/checks/sync-experiments.ts'
import { holds, last } from '../helpers/experiment.ts'

describe('how ranks agree', () => {
  it.each([
    ['dropout', /differ from those of one by up to/],
    ['mean-of-means', /40 \+ 24 rows/],
    ['sum-loss', /differ from those of one by up to 0\.5 /],
  ] as const)('4: 2 × B is not 1 × 2B with %s', (broken, says) =>
    holds({
      program: 'same-as-one',
      fixed: 'fixed',
      broken,
      says,
      margins: (good, bad) => {
        expect(bad.ranks[0]!.probe.largestGradientDifference).toBeGreaterThan(0.1)
        expect(good.ranks[0]!.probe.largestGradientDifference).toBeLessThan(1e-5)
      },
    }),
  )

  it('5: a rank with one more batch enters a collective that the others never join', () =>
    holds({
      program: 'uneven-inputs',
      fixed: 'fixed',
      broken: 'broken',
      says: /Rank 0 was in barrier, step 4\. Rank 1 was in allReduce, step 4/,
      margins: (fixed, broken) => {
        expect(broken.ranks.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
          ['failed', 'COLLECTIVE_DESYNC'],
          ['failed', 'COLLECTIVE_DESYNC'],
        ])
        const [short, long] = broken.ranks.map(({ collectives }) => collectives.map(({ kind }) => kind))
        expect(long!.length).toBe(short!.length + 1) // Two all-reduces of the extra step: the first is for ever.
        expect(fixed.ranks.map(({ probe }) => probe!.ownBatches)).toEqual([3, 4])
      },
    }))

  it('7: the log of rank 0 shows its own rows, not the step', () =>
    holds({
      program: 'rank0-loss',
      fixed: 'fixed',
      broken: 'broken',
      says: /off from the loss of all rows/,
      margins: (_, broken) => {
        const { logged, global } = broken.ranks[0]!.probe
        const off = logged.map((loss, step) => Math.abs(loss - global[step]!))
        expect(Math.max(...off)).toBeGreaterThan(0.01)
        // The band: some rank is above, and some below.
        for (const [step, loss] of global.entries()) {
          const local = broken.ranks.map(({ probe }) => probe.local[step]!)
          expect(Math.min(...local)).toBeLessThanOrEqual(loss + 1e-6)
          expect(Math.max(...local)).toBeGreaterThanOrEqual(loss - 1e-6)
        }
      },
    }))

  it('9: a barrier inside the if leaves rank 0 waiting for ranks that wait for rank 0', () =>
    holds({
      program: 'barrier-in-if',
      fixed: 'fixed',
      broken: 'broken',
      says: /Rank 0 was in barrier, step 3\. Rank 1 was in no collective \(waits for the checkpoint of rank 0\)/,
      margins: (_, broken) => {
        expect(broken.ranks[0]!.error?.code).toBe('COLLECTIVE_TIMEOUT')
        expect(whoWaits(broken).map(({ waitsIn, last }) => [waitsIn?.kind ?? null, last?.step])).toEqual([
          ['barrier', 3],
          [null, 3],
          [null, 3],
        ])
      },
    }))

  it.each([
    ['dies', 'died', 1500],
    ['hangs', 'hangs', 1500],
    ['slow', 'slow', 8000],
  ] as const)('10: a rank %s, and is found', (broken, how, deadlineMs) =>
    holds({
      program: 'rank-down',
      fixed: 'healthy',
      broken,
      input: { culprit: 2, deadlineMs: broken === 'slow' ? deadlineMs : 4000 },
      says: /Rank 2/,
      margins: (healthy, bad) => {
        expect(findCulprit(healthy)).toBeNull()
        expect(findCulprit(bad)).toMatchObject({ rank: 2, how, lastCommon: { kind: 'allReduce', step: broken === 'slow' ? 6 : 2 } })
        expect(bad.ranks[2]!.outcome).toBe({ dies: 'died', hangs: 'ended', slow: 'finished' }[broken])
      },
    }),
  )

  it('14: a parameter that is not used keeps its bucket from ever being ready', () =>
    holds({
      program: 'unused-branch',
      fixed: 'fixed',
      broken: 'broken',
      says: /never went out.*auxiliary_head\.weight/,
      margins: (fixed, broken) => {
        const awaited = broken.ranks[0]!.probe.buckets.flatMap((bucket) => bucket.awaited)
        expect(awaited).toEqual(['auxiliary_head.weight'])
        expect(broken.ranks[0]!.probe.buckets.some(({ launched }) => launched)).toBe(false)
        expect(fixed.ranks[0]!.probe.complaint).toBeNull()
      },
    }))

  it('15: synchronised at every micro-step, a step sends four times as much', () =>
    holds({
      program: 'accumulation-sync',
      fixed: 'fixed',
      broken: 'every-micro-step',
      says: /4 times the bytes/,
      margins: (fixed, broken) => {
        const bytes = (result: typeof fixed) => result.ranks[0]!.probe.steps[0]!.payloadBytesSent
        expect(bytes(broken) / bytes(fixed)).toBeCloseTo(4, 2)
      },
    }))

  it('15: synchronised at the first micro-step, the ranks drift apart', () =>
    holds({
      program: 'accumulation-sync',
      fixed: 'fixed',
      broken: 'first-micro-step',
      says: /After step 1 the ranks hold different parameters/,
      margins: (fixed, broken) => {
        const digests = (result: typeof fixed) => new Set(result.ranks.map(({ probe }) => last(probe.steps).digest)).size
        expect([digests(fixed), digests(broken)]).toEqual([1, 2])
      },
    }))

  it('3: twice the batch at the same learning rate falls behind over the same rows', () =>
    holds({
      program: 'batch-and-rate',
      fixed: 'fixed',
      broken: 'broken',
      says: /the larger batch is .* behind/,
      margins: (fixed) => {
        const curves = fixed.ranks.flatMap(({ probe }) =>
          probe.curves.map(({ ranks, microBatch, losses }) => [ranks, microBatch, losses.length]),
        )
        expect(curves).toEqual(expect.arrayContaining([[1, 32, 96], [1, 64, 48], [2, 16, 96], [2, 32, 48]])) // prettier-ignore
      },
    }))

  it('6: the gradient of a summed loss grows with the batch, which SGD feels and AdamW hides', () =>
    holds({
      program: 'sum-loss',
      fixed: 'fixed',
      broken: 'broken',
      says: /32 times that of the mean loss/,
      margins: (fixed, broken) => {
        const [mean, sum] = [fixed.ranks[0]!.probe, broken.ranks[0]!.probe]
        expect(sum.usedGradNorm / sum.meanGradNorm).toBeCloseTo(32, 3)
        expect(mean.usedGradNorm / mean.meanGradNorm).toBeCloseTo(1, 6)
        expect(Math.abs(last(sum.adamW) - last(mean.adamW))).toBeLessThan(0.02)
        expect(Math.max(...sum.sgd)).toBeGreaterThan(10)
        expect(Math.max(...mean.sgd)).toBeLessThan(2)
      },
    }))
})
