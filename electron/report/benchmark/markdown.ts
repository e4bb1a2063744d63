/** A benchmark as GitHub-flavoured Markdown. All text goes through `markdownText` or a fence longer than any in it. */
import { type Arm, isImportedArm } from '../../../shared/domain/benchmark.ts'
import { comparisons as comparisonsOf } from '../../../shared/benchmark/analysis.ts'
import { machineFacts, versionTable } from '../conditions.ts'
import { markdownBlock, markdownText } from '../escape.ts'
import { formatDate } from '../format.ts'
import { facts as factTable, table } from '../markdown-parts.ts'
import { energyNote, energyTable } from './energy.ts'
import {
  allReduceSentence,
  allReduceTable,
  type BenchmarkFacts,
  comparisonTable,
  failureTable,
  forwardNoteOf,
  gateTable,
  notMeasured,
  phaseTable,
  ratioWord,
  repetitionTable,
  resourceTable,
  sentencesOf,
  stepTable,
  throughputTable,
  titleOf,
} from './facts.ts'
import { commandsOf, configurationTable, identityFacts, machinesOf, protocolFacts, weightsTable } from './protocol.ts'
import { type TargetFacts, targetNotes, targetComparisonTable, targetRepetitionTable, targetTable } from './target.ts'
import { inferenceNotes, inferenceSentence, inferenceTable } from './inference.ts'

export function renderBenchmarkMarkdown(facts: BenchmarkFacts): string {
  const { benchmark } = facts
  const blocks = [
    `# ${markdownText(titleOf(benchmark))}`,
    `DistriNews Lab, benchmark report. ${markdownText(benchmark.id)}, ${formatDate(benchmark.createdAt)}: **${facts.maySaySpeedUp ? 'all gates open' : 'a gate is closed'}**.`,
    sentencesOf(facts)
      .map((sentence) => `- ${markdownText(sentence)}`)
      .join('\n'),
    '## Throughput',
    table(throughputTable(facts)),
    `## ${ratioWord(facts)}`,
    table(comparisonTable(facts)),
    ...(facts.target === null ? [] : targetBlocks(facts.target)),
    '## Where the time goes',
    table(phaseTable(facts)),
    ...forwardBlocks(facts),
    table(stepTable(facts)),
    ...(benchmark.allReduce === null ? [] : ['## All-reduce', markdownText(allReduceSentence(facts)!), table(allReduceTable(facts))]),
    '## Memory, utilisation, energy, accuracy',
    table(resourceTable(facts)),
    ...(energyTable(facts).rows.length === 0 ? [] : ['### Energy', table(energyTable(facts)), energyNote]),
    ...(benchmark.inference?.measured
      ? [
          '## Inference under load',
          markdownText(inferenceSentence(benchmark)!),
          table(inferenceTable(benchmark)),
          markdownText(inferenceNotes(benchmark)),
        ]
      : []),
    '## Gates',
    table(gateTable(facts)),
    `Not measured here: ${markdownText(notMeasured(facts).join('; '))}.`,
    '## Protocol',
    factTable(protocolFacts(facts)),
    '## Every repetition',
    table(repetitionTable(facts)),
    ...(failureTable(facts).rows.length === 0 ? [] : [table(failureTable(facts))]),
    '## Configuration',
    table(configurationTable(facts)),
    '## Machine and software',
    ...machineBlocks(facts),
    '## Repeating it',
    markdownBlock(commandsOf(facts), 'sh'),
    factTable(identityFacts(facts)),
    ...(weightsTable(facts).rows.length === 0 ? [] : [table(weightsTable(facts))]),
  ]
  return `${blocks.join('\n\n')}\n`
}

const forwardBlocks = (facts: BenchmarkFacts): string[] => {
  const note = forwardNoteOf(facts)
  return note === null ? [] : [markdownText(note)]
}

const machineBlocks = (facts: BenchmarkFacts, arms?: readonly Arm[]): string[] =>
  machinesOf(facts, arms).flatMap(({ title, hardware }) => [
    ...(title === '' ? [] : [`### ${markdownText(title)}`]),
    factTable(machineFacts(hardware)),
    table(versionTable(hardware)),
  ])

const targetBlocks = (facts: TargetFacts): string[] => [
  '## Time to accuracy',
  table(targetTable(facts)),
  ...(facts.times.length > 1 ? [table(targetComparisonTable(facts))] : []),
  targetNotes(facts)
    .map((note) => `- ${markdownText(note)}`)
    .join('\n'),
  table(targetRepetitionTable(facts)),
]

/**
 * One arm by itself, as the original project kept `benchmarks/single_gpu.md` and `benchmarks/ddp_2gpu.md`: the same facts, cut
 * down to that arm.
 */
export function renderArmMarkdown(facts: BenchmarkFacts, armId: string): string {
  const { benchmark } = facts
  const arm = benchmark.plan.arms.find(({ id }) => id === armId)!
  const only = { ...facts, results: facts.results.filter((result) => result.arm.id === armId) }
  const compared = comparedIn(facts, arm)
  const blocks = [
    `# ${markdownText(`${titleOf(benchmark)}: ${arm.label}`)}`,
    `One arm of ${markdownText(benchmark.id)}, ${formatDate(benchmark.createdAt)}: ${provenanceOf(facts, armId)}.`,
    ...(isImportedArm(arm) ? [importedNote(armId)] : []),
    table(throughputTable(only)),
    ...(compared.comparisons.length > 0 ? [table(comparisonTable(compared))] : []),
    ...(facts.target === null
      ? []
      : [table(targetTable({ ...facts.target, times: facts.target.times.filter(({ arm: of }) => of.id === armId) }))]),
    table(phaseTable(only)),
    ...forwardBlocks(only),
    table(stepTable(only)),
    table(resourceTable(only)),
    '## Machine and software',
    ...machineBlocks(facts, [arm]),
    '## Repeating it',
    markdownBlock(commandsOf(facts, [arm]), 'sh'),
  ]
  return `${blocks.join('\n\n')}\n`
}

const runOf = (armId: string): string => armId.replace(/^imported-/, '')

const importedNote = (armId: string): string =>
  `PyTorch trained it elsewhere: this lab measured none of these figures, and what it calls repetitions are pieces of one run. More of it, and the digests of its files, stand in the report of run ${markdownText(runOf(armId))}.`

/** An imported arm is compared with the imported one of fewest ranks, not with CPU ranks of this machine. */
function comparedIn(facts: BenchmarkFacts, { id: armId }: Arm): BenchmarkFacts {
  if (!isImportedArm({ id: armId })) return { ...facts, comparisons: facts.comparisons.filter((comparison) => comparison.arm.id === armId) }
  const imported = facts.results.filter(({ arm }) => isImportedArm(arm)).toSorted((a, b) => a.arm.config.worldSize - b.arm.config.worldSize)
  const own = facts.results.find(({ arm }) => arm.id === armId)!
  const [baseline] = imported
  const comparisons = baseline === undefined || baseline === own ? [] : comparisonsOf([baseline, own])
  // Pieces of one run each, on machines that this lab has not seen: a ratio, whatever the other arms may claim.
  return { ...facts, results: imported, comparisons, maySaySpeedUp: false }
}

const provenanceOf = ({ results }: BenchmarkFacts, armId: string): string =>
  results.find(({ arm }) => arm.id === armId)?.done[0]?.measured.provenance ?? 'measured'
