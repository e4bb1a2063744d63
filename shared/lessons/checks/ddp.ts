/** Checks of phase 3, and what the page derives from the same results. */
import type { ProgramResult } from '../../domain/workbench.ts'
import { allEqual, type Check, figure, percent, sum, unless } from '../check.ts'

export const broadcast: Check<'broadcast'> = ({ ranks }) => {
  const before = new Set(ranks.map(({ probe }) => probe.digestBefore)).size
  const after = new Set(ranks.map(({ probe }) => probe.digestAfter)).size
  return unless(
    [
      before < ranks.length && 'The ranks began with the same parameters: there was nothing to see.',
      after > 1 && `${ranks.length} ranks train ${after} different models: nobody sent their parameters.`,
    ],
    `Before, ${before} different digests on ${ranks.length} ranks; after the broadcast, one: ${ranks[0]!.probe.digestAfter.slice(0, 12)}.`,
  )
}

/** Of a sum of a few float32 numbers, relative to their sizes. */
const sumTolerance = 1e-6

export const ringTrace: Check<'ring-trace'> = ({ ranks, worldSize }) => {
  const probes = ranks.map(({ probe }) => probe)
  const finals = probes.map(({ rounds }) => rounds.at(-1)!.after)
  const wrongSum = probes[0]!.start.some((_, index) => {
    const starts = probes.map(({ start }) => start[index]!)
    return Math.abs(sum(starts) - finals[0]![index]!) > sumTolerance * sum(starts.map(Math.abs))
  })
  const lost = probes.some(({ rounds }, rank) =>
    rounds.some(
      ({ receives }, round) => String(receives.values) !== String(probes[(rank + worldSize - 1) % worldSize]!.rounds[round]!.sends.values),
    ),
  )
  const roundCount = probes[0]!.rounds.length
  return unless(
    [
      roundCount !== 2 * (worldSize - 1) && `${roundCount} rounds instead of 2 × (${worldSize} - 1).`,
      lost && 'What a rank received is not what its left neighbour sent.',
      !allEqual(finals.map(String)) && 'The ranks do not end with the same numbers.',
      wrongSum && 'The numbers at the end are not the sums of those at the beginning.',
    ],
    `In ${roundCount} rounds ${worldSize} ranks summed ${probes[0]!.start.length} values to the same bits, and each sent ${probes[0]!.payloadBytesSent} bytes: ` +
      `2 (${worldSize} - 1) / ${worldSize} of its ${4 * probes[0]!.start.length}.`,
  )
}

export const buckets: Check<'buckets'> = ({ ranks }) => {
  const { parameters, buckets } = ranks[0]!.probe
  const names = buckets.flatMap((bucket) => bucket.names)
  const order = (rank: (typeof ranks)[0]): string =>
    rank.collectives
      .slice(0, buckets.length)
      .map(({ bucket }) => bucket)
      .join(' ')
  const inOrder = buckets.map(({ index }) => index).join(' ')
  return unless(
    [
      new Set(names).size !== parameters.length && `${names.length} names in the buckets, ${parameters.length} parameters.`,
      ranks.some((rank) => order(rank) !== inOrder) && 'The ranks did not reduce the buckets in the same order.',
    ],
    `${parameters.length} parameters in ${buckets.length} buckets; every rank reduced them in the order ${inOrder}, the last layer first.`,
  )
}

/** Buckets are worth the name if they save three calls of four. */
const mostCallsPerParameter = 1 / 4

export const naiveVsBucketed: Check<'naive-vs-bucketed'> = ({ ranks }) => {
  const { callsPerStep, parameterCount, allReduceMs } = ranks[0]!.probe
  const because = `${callsPerStep} all-reduces a step for ${parameterCount} parameters, ${figure(sum(allReduceMs) / allReduceMs.length)} ms a step.`
  return unless([callsPerStep > parameterCount * mostCallsPerParameter && `${because} One for each parameter is the naive way.`], because)
}

/** Rounding of float32 in sums of another order. */
export const gradientTolerance = 1e-4

export const sameAsOne: Check<'same-as-one'> = ({ ranks, input }) => {
  const { largestGradientDifference: largest, losses, gradNorms } = ranks[0]!.probe
  const split = `${input.shares.join(' + ')} rows`
  return unless(
    [
      largest > gradientTolerance &&
        `The gradients of two ranks (${split}) differ from those of one by up to ${figure(largest)} of a tensor's largest value; rounding explains ${gradientTolerance}. ` +
          `Gradient norm ${figure(gradNorms[0]!.two)} against ${figure(gradNorms[0]!.one)}.`,
    ],
    `Two ranks with ${split} made the update of one rank: the largest relative difference of any gradient is ${figure(largest)}, below ${gradientTolerance}; ` +
      `losses ${losses.map(({ two }) => two.toFixed(6)).join(', ')} on both sides to six digits.`,
  )
}

export interface Exposure {
  rank: number
  /** Medians would hide a straggling step: these are sums over all steps. */
  stepMs: number
  computeMs: number
  /** Time in which this rank only waited for sums. */
  exposedMs: number
}

/** How much of each rank's time was communication that nothing hid. */
export const exposedCommunication = ({ ranks }: ProgramResult<'timeline'>): Exposure[] =>
  ranks.map(({ rank, probe }) => {
    const spans = probe.steps.flatMap((step) => step.spans)
    const total = (names: readonly string[]): number =>
      sum(spans.filter(({ name }) => names.includes(name)).map(({ startMs, endMs }) => endMs - startMs))
    return {
      rank,
      stepMs: total(['data', 'forwardBackward', 'reduce', 'optimizer']),
      computeMs: total(['forwardBackward']),
      exposedMs: total(['reduce']),
    }
  })

const spanOrder = 'data forwardBackward reduce optimizer'

export const timeline: Check<'timeline'> = (result) => {
  const steps = result.ranks.flatMap(({ probe }) => probe.steps)
  const broken = steps.some(
    ({ spans }) =>
      spans.map(({ name }) => name).join(' ') !== spanOrder ||
      spans.some(({ startMs, endMs }, index) => endMs < startMs || startMs < (spans[index - 1]?.endMs ?? 0)),
  )
  const exposures = exposedCommunication(result)
  return unless(
    [
      result.ranks.some(({ probe }) => probe.steps.length !== result.input.steps) && 'A rank has not recorded all steps.',
      broken && 'The spans of a step are not data, forward and backward pass, reduce, update, one after the other.',
    ],
    exposures
      .map(({ rank, exposedMs, stepMs }) => `Rank ${rank} spent ${percent(exposedMs / stepMs)} of its steps waiting for sums.`)
      .join(' '),
  )
}
