/**
 * What was run, and on what: the protocol, the configuration of each arm, the machines, and the digests by which another can tell
 * that it was the same. Words and tables that HTML and Markdown render; the renderings escape.
 */
import type { Arm, Factor } from '../../../shared/domain/benchmark.ts'
import { deviceTitles } from '../../../shared/domain/device.ts'
import type { Hardware } from '../../../shared/domain/hardware.ts'
import type { RunConfig } from '../../../shared/domain/run-config.ts'
import type { Fact } from '../conditions.ts'
import { formatCount, formatDate, formatQuantity, missing } from '../format.ts'
import type { Table } from '../results.ts'
import type { BenchmarkFacts } from './facts.ts'
import { targetFacts } from './target.ts'

const factorLabels: Record<Factor, string> = {
  ranks: 'number of ranks',
  microBatch: 'micro-batch: rows of a rank and step',
  bucketCapBytes: 'bytes of a bucket',
  device: 'device of the ranks',
  padding: 'padding policy: packed computes none; the longest is a batch’s own, rounded up to 8; the maximum is the run’s',
}

export const protocolFacts = ({ benchmark: { plan, repetitions, peakFlops }, target }: BenchmarkFacts): Fact[] => [
  { label: 'Form', value: plan.form === 'full' ? 'full' : 'quick (fewer steps and repetitions than a reviewer expects)' },
  { label: 'Varied', value: factorLabels[plan.factor] },
  { label: 'Scaling', value: plan.scaling === 'strong' ? 'strong: the same rows in every step' : 'weak: the same rows on every rank' },
  { label: 'Repetitions of each arm', value: formatCount(plan.repetitions) },
  { label: 'Warm-up steps, set apart', value: formatCount(plan.warmupSteps) },
  {
    label: 'Measured steps of a repetition',
    value: `${formatCount(plan.measuredSteps)}${target === null ? '' : ', or fewer where it ends at its target'}`,
  },
  ...(target === null ? [] : targetFacts(target)),
  { label: 'Order', value: repetitions.map(({ arm }) => arm.replace(/^(ranks|micro-batch|bucket|device|padding)-/, '')).join(' ') },
  { label: 'Throughput of a repetition', value: 'its samples over the sum of the slowest rank’s step times' },
  { label: 'Intervals', value: '95 %, percentile bootstrap over repetitions, 10,000 resamples; of accuracy Wilson' },
  {
    label: 'Measured peak',
    value: peakFlops === null ? 'not measured' : `${formatQuantity(peakFlops / 1e9)} GFLOP/s, matrix products of 1024²`,
  },
]

export const identityFacts = ({ benchmark }: BenchmarkFacts): Fact[] => [
  { label: 'Benchmark', value: benchmark.id },
  { label: 'Started', value: formatDate(benchmark.createdAt) },
  { label: 'Ended', value: formatDate(benchmark.endedAt) },
  { label: 'Lab', value: benchmark.hardware.versions['distrinews-lab'] ?? missing },
  { label: 'Commit', value: benchmark.commit ?? missing },
  { label: 'Data set', value: benchmark.data?.dataset.title ?? missing },
  { label: 'Data, SHA-256', value: benchmark.data?.dataset.digest ?? missing },
  { label: 'Tokenizer, SHA-256', value: benchmark.data?.tokenizerDigest ?? missing },
  { label: 'Parameters', value: formatCount(benchmark.data?.parameterCount) },
]

/** A machine on which arms were measured. */
export interface Machine {
  /** In words, whose it is: empty where there is one only. */
  title: string
  hardware: Hardware
}

/** The lab's own first, where an arm ran on it; then that of each imported arm. */
export function machinesOf({ benchmark }: BenchmarkFacts, arms: readonly Arm[] = benchmark.plan.arms): Machine[] {
  const own = arms.some(({ imported }) => imported === null)
  const machines = [
    ...(own ? [{ title: 'Of the arms that this lab measured', hardware: benchmark.hardware }] : []),
    ...arms.flatMap(({ label, imported }) => (imported === null ? [] : [{ title: `Of ${label}`, hardware: imported.hardware }])),
  ]
  return machines.length === 1 ? [{ ...machines[0]!, title: '' }] : machines
}

/** Commands that repeat what was measured, a line each. */
export function commandsOf({ benchmark }: BenchmarkFacts, arms: readonly Arm[] = benchmark.plan.arms): string {
  const own = arms.some(({ imported }) => imported === null) ? [benchmark.command] : []
  return [...own, ...arms.flatMap(({ imported }) => imported?.command ?? [])].join('\n')
}

/** The weights of each repetition: equal digests, equal bits. Without rows where none is known. */
export const weightsTable = ({ benchmark: { plan, repetitions } }: BenchmarkFacts): Table => ({
  columns: ['Arm', 'Seed', 'Weights before the first step, SHA-256', 'After the last'],
  textColumns: [2, 3],
  rows: repetitions.flatMap(({ arm, seed, firstWeightsDigest, lastWeightsDigest }) =>
    firstWeightsDigest === null
      ? []
      : [
          [
            plan.arms.find(({ id }) => id === arm)?.label ?? arm,
            String(seed),
            shortDigest(firstWeightsDigest),
            shortDigest(lastWeightsDigest),
          ],
        ],
  ),
})

/** Enough of it to tell it from others; the JSON has the whole. */
const shortDigest = (digest: string | null): string => (digest === null ? missing : `${digest.slice(0, 16)}…`)

/** What the arms share, then in what they differ from the baseline. */
export function configurationTable({ benchmark: { plan, repetitions } }: BenchmarkFacts): Table {
  const configs = plan.arms.map(({ id, config }) => {
    // What was left to the lab, as it was chosen.
    const threads = repetitions.find(({ arm, threadsPerRank }) => arm === id && threadsPerRank !== null)?.threadsPerRank
    return flat({ ...config, threadsPerRank: threads ?? config.threadsPerRank })
  })
  const names = [...configs[0]!.keys()].filter((name) => name !== 'seed' && name !== 'name')
  const rows = names.map((name) => [name, ...configs.map((config) => config.get(name) ?? missing)])
  const differs = (row: string[]): boolean => row.slice(1).some((value) => value !== row[1])
  return {
    columns: ['Setting', ...plan.arms.map(({ label }, index) => (index === 0 ? `${label} (baseline)` : label))],
    textColumns: plan.arms.map((_, index) => index + 1),
    rows: [...rows.filter(differs), ...rows.filter((row) => !differs(row))],
  }
}

const flat = (config: RunConfig): Map<string, string> =>
  new Map(
    Object.entries(config).map(([name, value]: [string, unknown]) => [
      name,
      name === 'device'
        ? deviceTitles[config.device]
        : value === undefined
          ? missing
          : typeof value === 'object'
            ? JSON.stringify(value)
            : String(value),
    ]),
  )
