/**
 * The time to a given accuracy in a benchmark's report: its sentences, tables, chart and CSV columns. Repetitions that did not
 * reach the target are in all of them; a median is given only where more than half did.
 */
import { reachedAt, targetOf, type Target, type TimeToAccuracy } from '../../../shared/benchmark/time-to-accuracy.ts'
import type { Benchmark, Measurement } from '../../../shared/domain/benchmark.ts'
import { type CensoredMedian, isDetectable } from '../../../shared/domain/statistics.ts'
import { figure } from '../charts.ts'
import type { Fact } from '../conditions.ts'
import { html, type Markup } from '../escape.ts'
import { formatCount, formatDecimal, formatDuration, formatPercent, missing } from '../format.ts'
import type { Table } from '../results.ts'
import { dotRows } from './dot-rows.ts'

/** Of a benchmark that has a target. */
export interface TargetFacts {
  benchmark: Benchmark
  target: Target
  times: readonly TimeToAccuracy[]
}

const countReached = ({ reached }: TimeToAccuracy): number => reached.filter((check) => check !== null).length
/** '3 of 5' */
const outOf = (time: TimeToAccuracy): string =>
  time.reached.length === 0 ? 'not measured' : `${countReached(time)} of ${time.reached.length}`
const medianCell = (of: CensoredMedian | null, format: (value: number) => string): string =>
  of === null ? missing : of.median === null ? 'none' : format(of.median)
/** An end beyond the limit is none that anyone saw. */
const intervalCell = (of: CensoredMedian | null): string => {
  if (of === null || of.interval === null) return missing
  const [from, to] = of.interval
  return from === null ? 'none' : `${formatDuration(from)} – ${to === null ? 'no end' : formatDuration(to)}`
}
const times = (ratio: number): string => `${formatDecimal(ratio, 2)} ×`

export function targetSentences({ target, times }: TargetFacts): string[] {
  const accuracy = formatPercent(target.accuracy)
  return times
    .filter(({ reached }) => reached.length > 0)
    .map((time) => {
      const { arm, trainMs, wholeMs, reached } = time
      const missed = reached.length - countReached(time)
      const within = `within ${formatCount(target.maxSteps)} steps`
      if (trainMs === null || trainMs.median === null)
        return `${arm.label}: a validation accuracy of ${accuracy} was not reached ${within} in ${missed} of ${reached.length} repetitions, so that there is no median time to it.`
      const censored = missed === 0 ? '' : `, not reached ${within} in ${missed} of ${reached.length}, counted as longer than all others`
      return `${arm.label}: validation accuracy of ${accuracy} after a median of ${formatDuration(trainMs.median)} of training (95 % interval ${intervalCell(trainMs)}; with validations ${medianCell(wholeMs, formatDuration)}), in ${outOf(time)} repetitions${censored}.`
    })
}

/** What must be known to read the figures. */
export const targetNotes = ({ times }: TargetFacts): string[] => {
  const rowCount = times.flatMap(({ reached }) => reached).find((check) => check !== null)?.rowCount
  return [
    'Training time is the sum of the slowest rank’s step times from the first step on, warm-up included; starting, validating and saving are not in it. The time with validations adds those up to the one that reached the target.',
    `A repetition ends at the first validation with the target${rowCount === undefined ? '' : `, of ${formatCount(rowCount)} rows`}: chance helps it, and the accuracy at the end is no estimate of what the arm can learn.`,
    'One that did not reach the target before its limit of steps counts as longer than all that did; it is never left out. Where half or more did not, there is no median; where an interval’s end lies beyond the limit, it has no end. Ratios are given only where every repetition of both arms reached it.',
  ]
}

export const targetTable = ({ times: arms }: TargetFacts): Table => ({
  columns: ['Arm', 'Reached', 'Training time', '95 % interval', 'With validations', 'Steps'],
  rows: arms.map((time) => [
    time.arm.label,
    outOf(time),
    medianCell(time.trainMs, formatDuration),
    intervalCell(time.trainMs),
    medianCell(time.wholeMs, formatDuration),
    medianCell(time.steps, formatCount),
  ]),
})

/** Every arm against the first. */
export const targetComparisonTable = ({ times: arms }: TargetFacts): Table => ({
  columns: ['Arm', 'Ratio of training times', '95 % interval', 'Against', 'Verdict'],
  textColumns: [3, 4],
  rows: arms
    .slice(1)
    .map((time) => [
      time.arm.label,
      time.ratio === null ? missing : times(time.ratio.ratio),
      time.ratio?.interval ? time.ratio.interval.map(times).join(' – ') : missing,
      arms[0]!.arm.label,
      verdictOf(time),
    ]),
})

function verdictOf({ ratio, reached }: TimeToAccuracy): string {
  if (ratio === null) return reached.length === 0 ? 'not measured' : 'not compared: not all reached it'
  if (ratio.interval === null) return 'too few repetitions to say'
  if (!isDetectable(ratio)) return 'no detectable difference'
  return ratio.ratio < 1 ? 'sooner' : 'later'
}

/** Every repetition in the order in which it ran. */
export const targetRepetitionTable = ({ benchmark, target }: TargetFacts): Table => ({
  columns: ['Arm', 'Repetition', 'Seed', 'Target', 'Steps', 'Training time', 'With validations', 'Highest accuracy'],
  textColumns: [3],
  rows: benchmark.repetitions
    .filter(({ measured }) => measured !== null && measured.targetChecks.length > 0)
    .map(({ arm, repetition, seed, measured }) => {
      const { targetChecks: checks } = measured!
      const reached = reachedAt(measured!, target)
      const end = reached ?? checks.at(-1)!
      return [
        benchmark.plan.arms.find(({ id }) => id === arm)?.label ?? arm,
        String(repetition),
        String(seed),
        reached === null ? 'not reached' : 'reached',
        formatCount(end.step),
        formatDuration(end.trainMs),
        formatDuration(end.trainMs + end.validateMs),
        formatPercent(Math.max(...checks.map(({ accuracy }) => accuracy))),
      ]
    }),
})

export const targetFacts = ({ target }: TargetFacts): Fact[] => [
  { label: 'Target', value: `validation accuracy of ${formatPercent(target.accuracy)}` },
  {
    label: 'Validated',
    value:
      target.validationsPerEpoch === 1 ? 'at the end of each epoch' : `${target.validationsPerEpoch} times an epoch, at even distances`,
  },
  { label: 'Limit of steps', value: `${formatCount(target.maxSteps)}, over which the learning rate’s schedule runs` },
]

export const targetChart = ({ times }: TargetFacts): Markup =>
  dotRows({
    id: 'target',
    title: 'Training time to the target of each arm',
    description: times.map((time) => `${time.arm.label}: ${outOf(time)}, median ${medianCell(time.trainMs, formatDuration)}.`).join(' '),
    axis: 'seconds of training',
    unit: 'seconds of training until the target was validated',
    rows: times.map(({ arm, reached, trainMs }) => {
      const seconds = reached.flatMap((check) => (check === null ? [] : check.trainMs / 1000))
      const missed = reached.length - seconds.length
      const inSeconds = (ms: number | null): number | null => ms && ms / 1000
      return {
        label: arm.label,
        values: seconds,
        median: inSeconds(trainMs?.median ?? null),
        interval: trainMs?.interval ? [inSeconds(trainMs.interval[0]), inSeconds(trainMs.interval[1])] : null,
        remark: reached.length === 0 ? 'not measured' : missed === 0 ? null : `${missed} of ${reached.length} not reached`,
      }
    }),
  })

export const targetFigure = (facts: TargetFacts): Markup =>
  figure(
    targetChart(facts),
    html``,
    'Training time until the target was validated: each repetition that reached it (dots), the median (line) and its 95 % bootstrap interval (bar; up to the edge where it has no end). Without a line there is no median.',
    facts.times.some(({ reached }) => reached.length > 0),
  )

export const targetColumns = [
  'target_accuracy', 'target_reached', 'target_step', 'target_samples', 'target_train_ms', 'target_validate_ms', 'highest_accuracy',
] // prettier-ignore

/** Where it was not reached, the counts are those at which it gave up. */
export function targetCells({ plan }: Benchmark, measured: Measurement | null): (string | number | null)[] {
  const target = targetOf(plan)
  const last = measured?.targetChecks.at(-1)
  if (target === null || !measured || last === undefined)
    return targetColumns.map((_, index) => (index === 0 ? (target?.accuracy ?? null) : null))
  const reached = reachedAt(measured, target)
  const { step, sampleCount, trainMs, validateMs } = reached ?? last
  const highest = Math.max(...measured.targetChecks.map(({ accuracy }) => accuracy))
  return [target.accuracy, reached === null ? 'no' : 'yes', step, sampleCount, trainMs, validateMs, highest]
}
