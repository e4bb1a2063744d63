/**
 * What a benchmark shows, as words and tables that HTML, Markdown and CSV render; the renderings escape. Nothing here is
 * called a speed-up unless every gate is open.
 */
import { type ArmResult, armResults, type Comparison, comparisons, samplesPerSecOf } from '../../../shared/benchmark/analysis.ts'
import { algorithmBandwidth, busBandwidth } from '../../../shared/domain/cost-model.ts'
import { type Gate, gatesOf, maySaySpeedUp } from '../../../shared/benchmark/gates.ts'
import { targetOf, timesToAccuracy } from '../../../shared/benchmark/time-to-accuracy.ts'
import { type Benchmark, isImportedArm } from '../../../shared/domain/benchmark.ts'
import { isDetectable, type Summary } from '../../../shared/domain/statistics.ts'
import { formatBytes, formatCount, formatDecimal, formatInterval, formatMs, formatPercent, formatQuantity, missing } from '../format.ts'
import type { Table } from '../results.ts'
import { energyMissing } from './energy.ts'
import { inferenceMissing } from './inference.ts'
import { lossSentence, paddedTokensCaveat } from './padding.ts'
import { type TargetFacts, targetSentences } from './target.ts'

export interface BenchmarkFacts {
  benchmark: Benchmark
  results: ArmResult[]
  comparisons: Comparison[]
  gates: Gate[]
  /** Whether the ratio of throughputs may be called a speed-up. */
  maySaySpeedUp: boolean
  /** Null where the plan measures steps only. */
  target: TargetFacts | null
}

export function collectBenchmark(benchmark: Benchmark): BenchmarkFacts {
  const results = armResults(benchmark)
  const gates = gatesOf(benchmark, results)
  const target = targetOf(benchmark.plan)
  return {
    benchmark,
    results,
    comparisons: comparisons(results),
    gates,
    maySaySpeedUp: maySaySpeedUp(gates),
    target: target && { benchmark, target, times: timesToAccuracy(benchmark) },
  }
}

export const titleOf = ({ plan }: Benchmark): string => plan.name || plan.arms.map(({ label }) => label).join(' against ')

/** 'Speed-up', or what it is instead. */
export const ratioWord = ({ maySaySpeedUp: may, benchmark }: BenchmarkFacts): string =>
  may ? `Speed-up${labelOf(benchmark.plan)}` : 'Ratio of throughputs'

/** What the arms do not have in common besides what a speed-up is of. */
const labelOf = ({ scaling, factor }: Benchmark['plan']): string =>
  scaling === 'weak' ? ' (weak scaling)' : factor === 'padding' ? ' (padding policies differ)' : ''

const times = (ratio: number): string => `${formatDecimal(ratio, 2)} ×`
const interval = (of: readonly [number, number] | null, format: (value: number) => string): string =>
  of === null ? missing : `${format(of[0])} – ${format(of[1])}`

export function verdictOf({ throughput }: Comparison): string {
  if (throughput.interval === null) return 'too few repetitions to say'
  if (!isDetectable(throughput)) return 'no detectable difference'
  return throughput.ratio > 1 ? 'faster' : 'slower'
}

/** Efficiency is the ratio by how many times as many ranks there are: of anything else it would say nothing. */
const isOfRanks = ({ benchmark }: BenchmarkFacts): boolean => benchmark.plan.factor === 'ranks'

/** The result in sentences, the weakest claim that holds. */
export function sentencesOf(facts: BenchmarkFacts): string[] {
  const { benchmark, results } = facts
  const base = results[0]
  const compared = facts.comparisons.map((comparison) => {
    const { arm, throughput, efficiency } = comparison
    const rate = results.find((result) => result.arm.id === arm.id)?.samplesPerSec
    const absolute = `${formatQuantity(rate?.median)} samples/s against ${formatQuantity(base?.samplesPerSec?.median)}`
    if (throughput.interval !== null && !isDetectable(throughput))
      return `${arm.label}: no detectable difference (${absolute}; ratio ${times(throughput.ratio)}, 95 % interval ${interval(throughput.interval, times)}).`
    const word = verdictOf(comparison) === 'slower' ? 'slower,' : ratioWord(facts).toLowerCase()
    return `${arm.label}: ${word} ${times(throughput.ratio)} (95 % interval ${interval(throughput.interval, times)}), ${absolute}${isOfRanks(facts) ? `; efficiency ${formatPercent(efficiency)}` : ''}.`
  })
  const closed = facts.gates.filter(({ isOpen }) => !isOpen)
  return [
    ...(compared.length > 0 ? compared : [aloneSentence(facts)]),
    ...(compared.length > 0 && closed.length > 0
      ? [`Not a speed-up that may be claimed: ${closed.map(({ name }) => name).join(', ')}.`]
      : []),
    ...(facts.target ? targetSentences(facts.target) : []),
    ...lossSentence(facts.results, benchmark.plan),
    ...caveatsOf(benchmark),
  ]
}

function aloneSentence({ benchmark, results }: BenchmarkFacts): string {
  const rate = benchmark.plan.arms.length === 1 ? results[0]?.samplesPerSec : null
  if (!rate) return 'Nothing can be compared yet: that takes a repetition of every arm that ended well.'
  return `${results[0]!.arm.label}: ${formatQuantity(rate.median)} samples/s (95 % interval ${interval(rate.interval, formatQuantity)}), with nothing to compare it with.`
}

export function caveatsOf(benchmark: Benchmark): string[] {
  const { plan, hardware, repetitions } = benchmark
  const imported = plan.arms.filter(({ id }) => repetitions.some(({ arm, measured }) => arm === id && measured?.provenance === 'imported'))
  const cores = `${formatCount(hardware.cpuCores)} logical CPU ${hardware.cpuCores === 1 ? 'core' : 'cores'}`
  return [
    ...(plan.form === 'quick'
      ? [`A quick form: ${plan.repetitions} repetitions of ${plan.measuredSteps} steps. The full form has 5 of 200.`]
      : []),
    ...(plan.arms.some(({ config }) => config.device === 'cpu')
      ? [`CPU ranks share the ${cores} of one machine: this teaches mechanics, not GPU performance.`]
      : []),
    ...imported.map(
      ({ label }) =>
        `${label}: not measured by this lab. Its ratio compares machines and programs as well as arms, and its repetitions are pieces of one run.`,
    ),
    ...(plan.scaling === 'weak'
      ? ['Weak scaling: every rank has as many rows in each arm, so that arms with more ranks make larger steps and other updates.']
      : []),
    ...paddedTokensCaveat(benchmark),
  ]
}

/** Where its figures come from: 'measured', 'imported', 'measured or imported'. */
export const provenances = ({ results }: BenchmarkFacts): string =>
  [...new Set(results.flatMap(({ done }) => done.map(({ measured }) => measured.provenance)))].join(' or ') || 'measured'

/** What this benchmark says nothing about. */
export const notMeasured = (facts: BenchmarkFacts): string[] => [
  ...(facts.target === null ? ['time to a given accuracy'] : []),
  ...[inferenceMissing(facts.benchmark), energyMissing(facts)].filter((reason) => reason !== null),
  ...(facts.benchmark.allReduce === null ? ['the cost of an all-reduce by its size'] : []),
  ...(facts.benchmark.peakFlops === null ? ['utilisation: the peak of the machine could not be measured'] : []),
]

const summaryCells = (summary: Summary | null): string[] => [
  formatQuantity(summary?.median),
  interval(summary?.interval ?? null, formatQuantity),
  summary === null ? missing : `${formatQuantity(summary.q1)} – ${formatQuantity(summary.q3)}`,
  summary === null ? missing : `${formatQuantity(summary.min)} – ${formatQuantity(summary.max)}`,
]

export const throughputTable = ({ results }: BenchmarkFacts): Table => ({
  columns: ['Arm', 'n', 'Samples / s', '95 % interval', 'Quartiles', 'Lowest – highest', 'Tokens / s', 'With padding'],
  rows: results.map(({ arm, done, samplesPerSec, tokensPerSec, paddedTokensPerSec }) => [
    arm.label,
    String(done.length),
    ...summaryCells(samplesPerSec),
    formatQuantity(tokensPerSec?.median),
    formatQuantity(paddedTokensPerSec?.median),
  ]),
})

export const comparisonTable = (facts: BenchmarkFacts): Table => ({
  columns: ['Arm', ratioWord(facts), '95 % interval', ...(isOfRanks(facts) ? ['Efficiency'] : []), 'Against', 'Verdict'],
  textColumns: isOfRanks(facts) ? [4, 5] : [3, 4],
  rows: facts.comparisons.map((comparison) => [
    comparison.arm.label,
    times(comparison.throughput.ratio),
    interval(comparison.throughput.interval, times),
    ...(isOfRanks(facts) ? [formatPercent(comparison.efficiency)] : []),
    facts.results[0]!.arm.label,
    verdictOf(comparison),
  ]),
})

export const stepTable = ({ results }: BenchmarkFacts): Table => ({
  columns: ['Arm', 'Steps', 'p50', 'p95', 'p99', 'Straggler gap'],
  rows: results.map(({ arm, stepMs, stragglerGapMs }) => [
    arm.label,
    formatCount(stepMs?.count),
    ...[stepMs?.p50, stepMs?.p95, stepMs?.p99, stragglerGapMs].map(formatMs),
  ]),
})

/** What the waterfall draws. */
export const phaseTable = ({ results }: BenchmarkFacts): Table => ({
  columns: ['Arm', 'Data', 'Forward', 'Backward', 'Both', 'All-reduce', 'Optimizer', 'Idle'],
  rows: results.map(({ arm, phases, forwardMs }) => {
    const both = phases?.forwardBackwardMs
    // What an early import did not time it gave as none.
    const allReduceMs = isImportedArm(arm) && phases?.allReduceMs === 0 ? null : phases?.allReduceMs
    const backwardMs = both === undefined || forwardMs === null ? null : both - forwardMs
    return [arm.label, ...[phases?.dataMs, forwardMs, backwardMs, both, allReduceMs, phases?.optimizerMs, phases?.idleMs].map(formatMs)]
  }),
})

/** How forward and backward were told apart; null where no arm tells them. */
export const forwardNoteOf = ({ results }: BenchmarkFacts): string | null =>
  results.some(({ forwardMs }) => forwardMs !== null)
    ? 'The forward pass was timed by itself: on a few batches after the last step of a repetition, all ranks at once; in an imported run in each step. Backward is the rest.'
    : null

export const resourceTable = ({ results }: BenchmarkFacts): Table => ({
  columns: ['Arm', 'Peak memory, each rank', 'Of the measured peak', 'Energy / 1,000 samples', 'Validation accuracy', '95 % interval'],
  rows: results.map(({ arm, rssBytes, peakRssBytes, flopsUtilisation, energy, accuracy }) => [
    arm.label,
    peakRssBytes?.map(formatBytes).join(', ') ?? (rssBytes === null ? missing : `${formatBytes(rssBytes)} at the end`),
    formatPercent(flopsUtilisation),
    energy === null ? 'not measured' : `${formatQuantity(energy.joulesPerThousandSamples.median)} J`,
    formatPercent(accuracy?.accuracy),
    formatInterval(accuracy?.interval ?? null),
  ]),
})

/** The α–β model against what was measured, size by size; without rows where nothing was. */
export const allReduceTable = ({ benchmark: { allReduce } }: BenchmarkFacts): Table => ({
  columns: ['Size', 'Measured', 'α + β · size', 'Residual', 'algbw', 'busbw'],
  rows: (allReduce?.samples ?? []).map((sample) => {
    const { worldSize, fit } = allReduce!
    const fitted = fit.alphaMs + fit.betaMsPerByte * sample.bytes
    return [
      formatBytes(sample.bytes),
      formatMs(sample.ms),
      formatMs(fitted),
      formatPercent(sample.ms / fitted - 1),
      `${formatBytes(algorithmBandwidth(sample))}/s`,
      `${formatBytes(busBandwidth(sample, worldSize))}/s`,
    ]
  }),
})

/** What was fitted, in a sentence; null where nothing was. */
export const allReduceSentence = ({ benchmark: { allReduce } }: BenchmarkFacts): string | null =>
  allReduce &&
  `An all-reduce among ${allReduce.worldSize} ranks costs α = ${formatMs(allReduce.fit.alphaMs)} and β = ${formatMs(allReduce.fit.betaMsPerByte * 2 ** 20)} for each MiB (R² ${formatDecimal(allReduce.fit.r2, 3)} of log time). Measured.`

export const gateTable = ({ gates }: BenchmarkFacts): Table => ({
  columns: ['Gate', 'Open', 'Found'],
  textColumns: [1, 2],
  rows: gates.map(({ name, isOpen, found }) => [name, isOpen ? 'yes' : 'no', found]),
})

/** Every repetition in the order in which it ran, the failed ones too. */
export const repetitionTable = ({ benchmark }: BenchmarkFacts): Table => ({
  columns: ['Arm', 'Repetition', 'Seed', 'State', 'Samples / s', 'Warm-up steps', 'Others busy', 'Fixed work', 'Provenance'],
  textColumns: [3, 8],
  rows: benchmark.repetitions.map(({ arm, repetition, seed, state, measured, conditions }) => [
    armLabel(benchmark, arm),
    String(repetition),
    String(seed),
    state,
    measured === null ? missing : formatQuantity(samplesPerSecOf(measured)),
    measured === null ? missing : `${measured.warmupMs.length}, first ${formatMs(measured.warmupMs[0])}`,
    formatPercent(conditions?.busyShare),
    conditions?.calibrationMs ? conditions.calibrationMs.map(formatMs).join(', ') : missing,
    measured?.provenance ?? missing,
  ]),
})

/** The failed ones, with why; without rows where none failed. */
export const failureTable = ({ benchmark }: BenchmarkFacts): Table => ({
  columns: ['Arm', 'Repetition', 'Why it failed'],
  textColumns: [2],
  rows: benchmark.repetitions.flatMap(({ arm, repetition, error }) =>
    error === null ? [] : [[armLabel(benchmark, arm), String(repetition), `${error.title}. ${error.cause}`]],
  ),
})

const armLabel = ({ plan }: Benchmark, arm: string): string => plan.arms.find(({ id }) => id === arm)?.label ?? arm
