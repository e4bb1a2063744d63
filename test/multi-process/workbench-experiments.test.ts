/**
 * Every experiment on real ranks, fixed and broken: the check that completes it in the lessons must tell them apart, and
 * the probe must show by how much.
 */
import { describe, expect, it } from 'vitest'
import type { Arm, ProgramId, ProgramRequest, ProgramResult } from '../../shared/domain/workbench.ts'
import { coverage } from '../../shared/lessons/checks/data-experiments.ts'
import { computeShares, findCulprit, whoWaits } from '../../shared/lessons/checks/sync-experiments.ts'
import { judge } from '../../shared/lessons/checks.ts'
import { runOnRanks } from '../helpers/workbench.ts'

/** What the check must say of each arm, and what must stand in the numbers. */
interface Experiment<Id extends ProgramId> {
  program: Id
  fixed: Arm<Id>
  broken: Arm<Id>
  /** The broken arm's verdict. */
  says: RegExp
  input?: Partial<ProgramRequest<Id>>
  margins(fixed: ProgramResult<Id>, broken: ProgramResult<Id>): void
}

const runs = new Map<string, Promise<ProgramResult>>()

/** Several broken arms are held against one run of the fixed one. */
function runOnce<Id extends ProgramId>(request: ProgramRequest<Id> & { program: Id }): Promise<ProgramResult<Id>> {
  const key = JSON.stringify(request)
  const run = runs.get(key) ?? (runOnRanks<Id>(request) as Promise<ProgramResult>)
  runs.set(key, run)
  return run as Promise<ProgramResult<Id>>
}

async function holds<Id extends ProgramId>({ program, fixed, broken, says, input, margins }: Experiment<Id>): Promise<void> {
  const run = (arm: Arm<Id>) => runOnce<Id>({ program, arm, ...input } as ProgramRequest<Id> & { program: Id })
  const [good, bad] = [await run(fixed), await run(broken)]
  expect(judge(good)).toMatchObject({ met: true })
  expect(judge(bad)).toMatchObject({ met: false, because: expect.stringMatching(says) })
  // A result under the other's name is judged by what it holds.
  expect(judge({ ...bad, arm: fixed } as ProgramResult<Id>).met).toBe(false)
  expect(JSON.stringify([good, bad]).length).toBeLessThan(2 * 200_000)
  margins(good, bad)
}

/**
 * For what is judged by shares of measured time: another process that takes the processor for a moment can spoil a
 * measurement, but it makes no fault out of none three times over, nor none out of a fault. Every attempt measures anew, and
 * has to hold as a whole.
 */
async function holdsInOneOf<Id extends ProgramId>(attempts: number, experiment: Experiment<Id>): Promise<void> {
  try {
    await holds(experiment)
  } catch (error) {
    if (attempts === 1) throw error
    runs.clear()
    await holdsInOneOf(attempts - 1, experiment)
  }
}

const last = <T>(items: readonly T[]): T => items.at(-1)!

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
})

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
})

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

  it.each([
    ['starved-loader', /Forward and backward pass are/],
    ['tiny-batch', /Forward and backward pass are/],
    ['small-buckets', /35 all-reduces a step/],
    ['straggler', /Forward and backward pass are/],
  ] as const)('17: %s keeps two ranks below twice the speed', (broken, says) =>
    holdsInOneOf(3, {
      program: 'below-twice',
      fixed: 'healthy',
      broken,
      input: { steps: 9 },
      says,
      margins: (healthy, bad) => expect(Math.min(...computeShares(bad))).toBeLessThan(Math.min(...computeShares(healthy))),
    }),
  )

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
