/** A benchmark as the page shows it: the words, tables and charts of the report, without its paper. Pure. */
import type { BenchmarkTable, BenchmarkView } from '../../../shared/contract/benchmarks.ts'
import type { Benchmark } from '../../../shared/domain/benchmark.ts'
import type { Table } from '../results.ts'
import { throughputChart, waterfallChart, waterfallLegend } from './charts.ts'
import { energyNote, energyTable } from './energy.ts'
import {
  allReduceSentence,
  allReduceTable,
  collectBenchmark,
  comparisonTable,
  forwardNoteOf,
  notMeasured,
  phaseTable,
  ratioWord,
  repetitionTable,
  resourceTable,
  sentencesOf,
  stepTable,
  throughputTable,
} from './facts.ts'
import { commandsOf, configurationTable, protocolFacts, weightsTable } from './protocol.ts'
import { targetChart, targetNotes, targetComparisonTable, targetRepetitionTable, targetTable } from './target.ts'
import { inferenceChart, inferenceLegend, inferenceNotes, inferenceSentence, inferenceTable } from './inference.ts'

type Rendered = Pick<
  BenchmarkView,
  | 'sentences'
  | 'provenances'
  | 'maySaySpeedUp'
  | 'gates'
  | 'notMeasured'
  | 'failures'
  | 'tables'
  | 'charts'
  | 'targetNotes'
  | 'protocol'
  | 'command'
>

export function benchmarkView(benchmark: Benchmark): Rendered {
  const facts = collectBenchmark(benchmark)
  const titled = (title: string, { columns, textColumns, rows }: Table, note?: string): BenchmarkTable => ({
    title,
    columns,
    rows,
    ...(textColumns && { textColumns }),
    ...(note !== undefined && { note }),
  })
  return {
    sentences: [...sentencesOf(facts), ...[allReduceSentence(facts), inferenceSentence(benchmark)].filter((sentence) => sentence !== null)],
    maySaySpeedUp: facts.maySaySpeedUp,
    provenances: [...new Set(facts.results.flatMap(({ done }) => done.map(({ measured }) => measured.provenance)))],
    gates: facts.gates,
    notMeasured: notMeasured(facts),
    failures: benchmark.repetitions.flatMap(({ arm, repetition, error }) =>
      error === null ? [] : { arm: benchmark.plan.arms.find(({ id }) => id === arm)?.label ?? arm, repetition, error },
    ),
    tables: [
      titled(ratioWord(facts), comparisonTable(facts)),
      titled('Throughput', throughputTable(facts)),
      ...(facts.target === null
        ? []
        : [
            titled('Time to accuracy', targetTable(facts.target)),
            titled('Time to accuracy, compared', targetComparisonTable(facts.target)),
            titled('Every repetition to its target', targetRepetitionTable(facts.target)),
          ]),
      titled('Where a step’s time goes', phaseTable(facts), forwardNoteOf(facts) ?? undefined),
      titled('Steps', stepTable(facts)),
      titled('Memory, utilisation, energy, accuracy', resourceTable(facts)),
      titled('Energy', energyTable(facts), energyNote),
      titled('Inference under load', inferenceTable(benchmark), inferenceNotes(benchmark)),
      titled('All-reduce', allReduceTable(facts)),
      titled('Every repetition', repetitionTable(facts)),
      titled('Configuration', configurationTable(facts)),
      titled('Weights', weightsTable(facts)),
    ].filter(({ rows }) => rows.length > 0),
    charts: {
      throughput: throughputChart(facts).text,
      waterfall: waterfallChart(facts).text,
      legend: waterfallLegend(facts).text,
      target: facts.target && targetChart(facts.target).text,
      inference: inferenceChart(benchmark) && `${inferenceChart(benchmark)!.text}${inferenceLegend(benchmark).text}`,
    },
    targetNotes: facts.target === null ? [] : targetNotes(facts.target),
    protocol: protocolFacts(facts).map(({ label, value }) => ({ label, value })),
    command: commandsOf(facts),
  }
}
