/** Checks of the experiments on agreement: 5, 6, 7, 9, 10, 14, 15, 16, 17, 18. */
import type { ProgramResult } from '../../domain/workbench.ts'
import type { Collective } from '../../domain/workbench/program.ts'
import { allEqual, type Check, figure, mean, median, percent, sum, unless } from '../check.ts'

type FailingProgram = 'uneven-inputs' | 'barrier-in-if' | 'rank-down'

const nameOf = ({ kind, step }: Collective): string => `${kind}, step ${step}`

export interface Standing {
  rank: number
  /** What it waits in; null where it is in no collective. */
  waitsIn: Collective | null
  /** The last that it came out of. */
  last: Collective | null
  activity: string
}

/** Who waits where, by each rank's own last report. */
export const whoWaits = ({ ranks }: ProgramResult<FailingProgram>): Standing[] =>
  ranks.map(({ rank, collectives, activity }) => ({
    rank,
    waitsIn: collectives.find(({ endMs }) => endMs === null) ?? null,
    last: collectives.filter(({ endMs }) => endMs !== null).at(-1) ?? null,
    activity,
  }))

const sayWhoWaits = (result: ProgramResult<FailingProgram>): string =>
  whoWaits(result)
    .map(
      ({ rank, waitsIn, activity }) =>
        `Rank ${rank} ${waitsIn ? `was in ${nameOf(waitsIn)}` : `was in no collective${activity ? ` (${activity})` : ''}`}.`,
    )
    .join(' ')

const unfinished = ({ ranks }: ProgramResult<FailingProgram>): boolean => ranks.some(({ outcome }) => outcome !== 'finished')

export const unevenInputs: Check<'uneven-inputs'> = (result) => {
  const probes = result.ranks.map(({ probe }) => probe)
  const error = result.ranks.find((rank) => rank.error !== null)?.error
  return unless(
    [
      unfinished(result) && `${error?.title ?? 'The ranks did not come to the end'}. ${sayWhoWaits(result)}`,
      !allEqual(probes.map((probe) => probe?.stepsMade)) && 'The ranks made different numbers of steps.',
      !allEqual(probes.map((probe) => probe?.digest)) && 'The ranks hold different parameters.',
    ],
    `Ranks with ${probes.map((probe) => probe?.ownBatches).join(' and ')} batches made ${probes[0]?.stepsMade} steps together and hold the same parameters.`,
  )
}

/** The gradient that is used may not grow with the batch; nor may plain gradient descent explode. */
const mostGrowth = 1.5
const worstRise = 0.5

export const sumLoss: Check<'sum-loss'> = ({ ranks }) => {
  const { globalBatch, meanGradNorm, usedGradNorm, adamW, sgd } = ranks[0]!.probe
  const growth = usedGradNorm / meanGradNorm
  const rise = (sgd.at(-1) ?? Infinity) - (sgd[0] ?? 0)
  const cutShort = sgd.length < adamW.length
  const sgdSays = cutShort ? 'became no number' : `went from ${figure(sgd[0]!)} to ${figure(sgd.at(-1)!)}`
  const because = `The gradient is ${figure(growth)} times that of the mean loss (the batch has ${globalBatch} rows). AdamW ends at ${figure(adamW.at(-1)!)}, and under SGD the loss ${sgdSays}`
  return unless([(growth > mostGrowth || cutShort || rise > worstRise) && `${because}.`], `${because}.`)
}

/** float32 on its way through the sums. */
const lossTolerance = 1e-6

export const rank0Loss: Check<'rank0-loss'> = ({ ranks }) => {
  const { logged, global } = ranks[0]!.probe
  const off = logged.map((loss, step) => Math.abs(loss - global[step]!))
  const worst = Math.max(...off)
  return unless(
    [
      logged.length !== global.length && 'The log does not have all steps.',
      worst > lossTolerance * Math.max(...global) &&
        `The log shows the loss of rank 0's rows: off from the loss of all rows by ${figure(mean(off))} on average and by ${figure(worst)} at worst.`,
    ],
    `In all ${global.length} steps the log shows the loss over the rows of all ${ranks.length} ranks.`,
  )
}

export const barrierInIf: Check<'barrier-in-if'> = (result) =>
  unless(
    [unfinished(result) && `After ${result.input.deadlineMs / 1000} s: ${sayWhoWaits(result)}`],
    `All ${result.ranks.length} ranks met at the barrier and went on.`,
  )

export interface Culprit {
  rank: number
  how: 'died' | 'hangs' | 'slow'
  /** The last collective that all other ranks came out of; null where there is none. */
  lastCommon: Collective | null
  /** Milliseconds that the others have waited for it: up to the deadline, or in each step. */
  waitedMs: number
}

/** Slow is a rank that computes so many times as long as the others, and so long that they must notice. */
const slowFactor = 3
const slowMs = 50

/** Which rank the others have waited for, judged by what ranks reported; null where none stands out. */
export function findCulprit(result: ProgramResult<'rank-down'>): Culprit | null {
  const { ranks } = result
  const gone =
    ranks.find(({ outcome }) => outcome === 'died') ??
    ranks.find((rank) => rank.outcome === 'ended' && rank.collectives.every(({ endMs }) => endMs !== null))
  if (gone) {
    const others = ranks.filter((rank) => rank !== gone && rank.collectives.length > 0)
    const finished = others.map(({ collectives }) => collectives.filter(({ endMs }) => endMs !== null))
    const fewest = Math.min(...finished.map(({ length }) => length))
    const lastCommon = finished[0]?.[fewest - 1] ?? null
    // A death ends the connection, and the others know at once; of a rank that hangs only the deadline tells.
    if (gone.outcome === 'died') return { rank: gone.rank, how: 'died', lastCommon, waitedMs: 0 }
    return { rank: gone.rank, how: 'hangs', lastCommon, waitedMs: result.input.deadlineMs }
  }
  const compute = ranks.map(({ probe }) => median(probe?.steps.map(({ computeMs }) => computeMs) ?? []))
  const slowest = compute.indexOf(Math.max(...compute))
  const usual = Math.max(...compute.filter((_, rank) => rank !== slowest))
  if (compute[slowest]! < Math.max(slowMs, slowFactor * usual)) return null
  const waits = ranks.filter(({ rank }) => rank !== slowest).map(({ probe }) => median(probe?.steps.map(({ waitMs }) => waitMs) ?? []))
  return { rank: slowest, how: 'slow', lastCommon: ranks[0]!.collectives.at(-1) ?? null, waitedMs: Math.min(...waits) }
}

export const rankDown: Check<'rank-down'> = (result) => {
  const culprit = findCulprit(result)
  const story = {
    died: 'died, and the others lost its connection',
    hangs: `was alive but came to no collective any more; the others waited ${culprit?.waitedMs} ms, then gave up`,
    slow: `made the others wait ${figure(culprit?.waitedMs ?? 0)} ms in every step`,
  }
  const last = culprit?.lastCommon ? ` The last collective that all others finished: ${nameOf(culprit.lastCommon)}.` : ''
  return unless(
    [
      culprit !== null && `Rank ${culprit.rank} ${story[culprit.how]}.${last}`,
      unfinished(result) && `Not all ranks finished. ${sayWhoWaits(result)}`,
    ],
    `All ${result.ranks.length} ranks made ${result.input.steps} steps, and none stood out.`,
  )
}

export const unusedBranch: Check<'unused-branch'> = ({ ranks }) => {
  const { buckets, complaint, unusedParameter } = ranks[0]!.probe
  const waiting = buckets.filter(({ launched }) => !launched)
  return unless(
    [
      (complaint !== null || waiting.length > 0) &&
        `${waiting.length} of ${buckets.length} buckets never went out, all of them behind the one that waits for ${unusedParameter}. ${complaint ?? ''}`,
    ],
    `All ${buckets.length} buckets went out: ${unusedParameter} was marked ready with a gradient of zero.`,
  )
}

/** Beside the gradient a step sends a few bytes: the loss and the count. */
const mostOverhead = 1.05

export const accumulationSync: Check<'accumulation-sync'> = ({ ranks, worldSize, input }) => {
  const { steps, gradientBytes } = ranks[0]!.probe
  const needed = ((2 * (worldSize - 1)) / worldSize) * gradientBytes
  const share = mean(ranks.flatMap(({ probe }) => probe.steps.map(({ payloadBytesSent }) => payloadBytesSent))) / needed
  const apart = steps.findIndex((_, step) => !allEqual(ranks.map(({ probe }) => probe.steps[step]!.digest)))
  return unless(
    [
      apart >= 0 &&
        `After step ${apart + 1} the ranks hold different parameters: what ${input.gradAccumSteps - 1} of ${input.gradAccumSteps} micro-steps added was never summed.`,
      share > mostOverhead && `Each step sent ${figure(share)} times the bytes that one all-reduce of the gradient needs.`,
    ],
    `${input.gradAccumSteps} micro-steps, one all-reduce (${figure(share)} times what it needs), and the same parameters on all ranks.`,
  )
}

/** A resumed run that had everything goes on to the bit. */
const resumeTolerance = 1e-6

export const checkpointMistakes: Check<'checkpoint-mistakes'> = ({ ranks }) => {
  const { onDisk, uninterrupted, resumed, parameterDifference } = ranks[0]!.probe
  const writers = ranks.filter(({ probe }) => probe.wrote.length > 0)
  const jump = Math.max(...resumed.map((loss, step) => Math.abs(loss - uninterrupted[step]!)))
  const foreign = onDisk.filter(({ name, sha256 }) => writers.at(0)?.probe.wrote.find((file) => file.name === name)?.sha256 !== sha256)
  return unless(
    [
      writers.length !== 1 &&
        `${writers.length} ranks wrote the same files, ${figure(sum(writers.flatMap(({ probe }) => probe.wrote.map(({ bytes }) => bytes))) / 1e6)} MB in all; ` +
          `${foreign.length} of ${onDisk.length} on the disk are not those of rank 0.`,
      (parameterDifference > resumeTolerance || jump > resumeTolerance) &&
        `The resumed losses are up to ${figure(jump)} away from the uninterrupted ones, the parameters ${figure(parameterDifference)}: the optimizer had forgotten its moments.`,
    ],
    `One rank wrote ${onDisk.length} files, and after the resume losses and parameters are those of the uninterrupted run.`,
  )
}

/** A healthy step computes most of its time, in few buckets, on every rank. */
const usefulShare = 0.5
const mostBuckets = 8

/** Shares of each rank's step that went into forward and backward pass. */
export const computeShares = ({ ranks }: ProgramResult<'below-twice'>): number[] =>
  ranks.map(({ probe }) => {
    const of = (pick: (step: (typeof probe.steps)[0]) => number): number => median(probe.steps.map(pick))
    const compute = of(({ forwardBackwardMs }) => forwardBackwardMs)
    return compute / (compute + of(({ dataMs }) => dataMs) + of(({ allReduceMs }) => allReduceMs) + of(({ optimizerMs }) => optimizerMs))
  })

export const belowTwice: Check<'below-twice'> = (result) => {
  const shares = computeShares(result)
  const worst = Math.min(...shares)
  const { bucketCount } = result.ranks[0]!.probe
  const because = `Forward and backward pass are ${shares.map(percent).join(' and ')} of the step on the ranks`
  return unless(
    [
      bucketCount > mostBuckets && `${bucketCount} all-reduces a step: each costs a start-up. ${because}.`,
      worst < usefulShare && `${because}; a healthy step has ${percent(usefulShare)} at least.`,
    ],
    `${because}, in ${bucketCount} ${bucketCount === 1 ? 'bucket' : 'buckets'}.`,
  )
}

export const preFlight: Check<'pre-flight'> = ({ ranks }) => {
  const bad = ranks.flatMap(({ rank, probe }) => probe.checks.filter(({ ok }) => !ok).map(({ seen }) => `rank ${rank}: ${seen}`))
  return unless([bad.length > 0 && `Do not start: ${bad.join('; ')}.`], 'Every rank has an address, a device and threads of its own.')
}
