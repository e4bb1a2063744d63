/** Checks of the experiments on rows: 1, 2, 3, 8, 12, 13. */
import type { ProgramResult } from '../../domain/workbench.ts'
import { type Check, figure, mean, percent, unless } from '../check.ts'

/** Share of the places at which two epochs have the same row. */
const sameOrder = (a: readonly number[], b: readonly number[]): number => mean(a.map((row, place) => Number(row === b[place])))

/** In a fresh order few rows come at the same place again. */
const mostRepeated = 0.5

export const setEpoch: Check<'set-epoch'> = ({ ranks }) => {
  const repeated = Math.max(
    ...ranks.flatMap(({ probe: { epochs } }) => epochs.slice(1).map((epoch, index) => sameOrder(epochs[index]!, epoch))),
  )
  const because = `Of the first ${ranks[0]!.probe.epochs[0]!.length} rows up to ${percent(repeated)} came at the same place as in the epoch before`
  return unless(
    [repeated > mostRepeated && `${because}: the order never changes.`],
    `${because}; at most ${percent(mostRepeated)} are allowed.`,
  )
}

export interface Coverage {
  /** How often each row was read over all ranks. */
  seen: number[]
  /** Different rows that all ranks together read in a step, on average over whole steps. */
  effectiveBatch: number
  /** What it should be. */
  globalBatch: number
}

export function coverage({ ranks }: ProgramResult<'no-sampler'>): Coverage {
  const probes = ranks.map(({ probe }) => probe)
  const seen = probes[0]!.seen.map((_, row) => probes.reduce((total, probe) => total + probe.seen[row]!, 0))
  const globalBatch = probes[0]!.microBatch * probes.length
  const steps = probes[0]!.steps.map((_, step) => probes.flatMap((probe) => probe.steps[step] ?? []))
  const whole = steps.filter((rows) => rows.length === globalBatch)
  const counted = whole.length > 0 ? whole : steps
  return { seen, effectiveBatch: mean(counted.map((rows) => new Set(rows).size)), globalBatch }
}

export const noSampler: Check<'no-sampler'> = (result) => {
  const { seen, effectiveBatch, globalBatch } = coverage(result)
  const most = Math.max(...seen)
  return unless(
    [
      most > 1 &&
        `Rows were read up to ${most} times in one epoch, and a step of ${globalBatch} rows held ${figure(effectiveBatch)} different ones.`,
      seen.includes(0) && `${seen.filter((count) => count === 0).length} rows were read by nobody.`,
    ],
    `All ${seen.length} rows were read exactly once, and every step of ${globalBatch} rows held ${figure(effectiveBatch)} different ones.`,
  )
}

/** Mean loss over the second half of the rows. */
const lateLoss = ({ losses }: { losses: readonly number[] }): number => mean(losses.slice(Math.floor(losses.length / 2)))
/** Two ways to compute the same steps differ by rounding; two batch sizes at fitting rates by a little more. */
const sameSteps = 0.05
const keepsPace = 0.15

export const batchAndRate: Check<'batch-and-rate'> = ({ ranks }) => {
  const curves = ranks.flatMap(({ probe }) => probe.curves)
  const find = (count: number, globalBatch: number) => curves.find((curve) => curve.ranks === count && curve.globalBatch === globalBatch)!
  const [one32, one64, two32, two64] = [find(1, 32), find(1, 64), find(2, 32), find(2, 64)]
  const apart = Math.max(Math.abs(lateLoss(one32) - lateLoss(two32)), Math.abs(lateLoss(one64) - lateLoss(two64)))
  const behind = lateLoss(two64) - lateLoss(two32)
  const rates = `a batch of 64 at ${two64.learningRate} and one of 32 at ${two32.learningRate}`
  return unless(
    [
      apart > sameSteps && `One rank and two should make the same steps; their losses are ${figure(apart)} apart.`,
      behind > keepsPace &&
        `With ${rates}, the larger batch is ${figure(behind)} behind over the second half of the same rows; at most ${keepsPace} is allowed.`,
    ],
    `With ${rates}, the losses over the second half of the rows are ${figure(Math.abs(behind))} apart, within ${keepsPace}; 2 × 16 is 1 × 32 and 2 × 32 is 1 × 64 to ${figure(apart)}.`,
  )
}

export const evalPadding: Check<'eval-padding'> = ({ ranks }) => {
  const { rowCount, countedRows, accuracy } = ranks[0]!.probe
  const rows = ranks.flatMap(({ probe }) => probe.rows)
  const twice = rows.filter((row, index) => rows.indexOf(row) !== index).sort((a, b) => a - b)
  const correct = new Set(ranks.flatMap(({ probe }) => probe.correctRows)).size
  return unless(
    [
      twice.length > 0 &&
        `${countedRows} rows were counted, but there are ${rowCount}: ${twice.join(', ')} came twice. The accuracy says ${(100 * accuracy).toFixed(2)} %; it is ${((100 * correct) / rowCount).toFixed(2)} %.`,
      (countedRows !== rowCount || new Set(rows).size !== rowCount) && `${new Set(rows).size} of ${rowCount} rows were evaluated.`,
    ],
    `Each of ${rowCount} rows was evaluated once, on ${ranks.length} ranks: ${(100 * accuracy).toFixed(2)} % are right.`,
  )
}

/** Independent masks agree by chance on (1 - p)² + p² of the places; this is far above it, and far below all. */
const mostAgreement = 0.9

export const dropoutSeeds: Check<'dropout-seeds'> = ({ ranks }) => {
  const [first, ...others] = ranks.map(({ probe }) => probe)
  const agreement = mean(others.flatMap(({ steps }) => steps.map((mask, step) => sameOrder(mask, first!.steps[step]!))))
  const { rate } = first!
  const because = `The ranks' masks agree on ${percent(agreement)} of the places; by chance it would be ${percent((1 - rate) ** 2 + rate ** 2)}`
  return unless([agreement > mostAgreement && `${because}: all ranks draw the same numbers.`], `${because}.`)
}

/** Statistics of the same sums are equal to the bit; float32 sums leave this much. */
const statisticsTolerance = 1e-6

export const batchNorm: Check<'batch-norm'> = ({ ranks }) => {
  const last = ranks.map(({ probe }) => probe.steps.at(-1)!)
  const distances = last[0]!.mean.map((own, feature) =>
    Math.max(...last.map(({ mean }) => Math.abs(mean[feature]! - own) / Math.max(Math.abs(own), 1e-12))),
  )
  const largest = Math.max(...distances)
  const feature = ranks[0]!.probe.features[distances.indexOf(largest)]
  const because = `After ${ranks[0]!.probe.steps.length} steps the running means of the ranks differ by up to ${percent(largest)} (${feature})`
  return unless(
    [largest > statisticsTolerance && `${because}: each normalises in its own way.`],
    'The running statistics are the same on every rank.',
  )
}
