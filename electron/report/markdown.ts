/**
 * The report as GitHub-flavoured Markdown: tables, and curves as a line of blocks. Charts proper are in the HTML. All
 * text goes through `markdownText` or a fence that is longer than any in it.
 */
import type { RunReport } from '../../shared/domain/report.ts'
import { classTable, configurationFacts, dataFacts, identityFacts, machineFacts, modelFacts, versionTable } from './conditions.ts'
import { markdownBlock, markdownText } from './escape.ts'
import { formatDate, formatLoss, formatPercent } from './format.ts'
import { facts, table } from './markdown-parts.ts'
import { epochTable, keyFigures, rankTable, rankTableNote, stateLabels, titleOf } from './results.ts'

const curveWidth = 48

export function renderMarkdown(report: RunReport): string {
  const { record, steps, epochs } = report
  const blocks = [
    `# ${markdownText(titleOf(report))}`,
    `DistriNews Lab, run report. Run ${markdownText(record.id)}, ${formatDate(record.createdAt)}: **${stateLabels[record.state]}**. All results **${report.provenance}**.`,
    ...troubleOf(report),
    table({
      columns: ['Result', 'Value', 'Rests on'],
      textColumns: [2],
      rows: keyFigures(report).map(({ label, value, note }) => [label, value, note]),
    }),
    '## Learning',
    markdownBlock(
      [
        curve(
          'training loss, steps',
          steps.map((step) => step.globalLoss),
          formatLoss,
        ),
        curve(
          'validation loss, epochs',
          epochs.map((epoch) => epoch.validationLoss),
          formatLoss,
        ),
        curve(
          'accuracy, epochs',
          epochs.map((epoch) => epoch.validationAccuracy),
          formatPercent,
        ),
      ].join('\n'),
      'text',
    ),
    table(epochTable(report)),
    '## Speed',
    table(rankTable(report)),
    rankTableNote(report),
    '## Limits of these figures',
    report.caveats.map((caveat) => `- ${markdownText(caveat)}`).join('\n'),
    '## Configuration',
    facts(configurationFacts(report)),
    '## Data',
    facts(dataFacts(report)),
    table(classTable(report)),
    '## Model',
    facts(modelFacts(report)),
    '## Machine and software',
    facts(machineFacts(record.hardware)),
    table(versionTable(record.hardware)),
    '## Repeating this run',
    markdownBlock(record.command, 'sh'),
    facts(identityFacts(report)),
    `Report ${markdownText(report.id)}, made ${formatDate(report.generatedAt)}.`,
  ]
  return `${blocks.join('\n\n')}\n`
}

function troubleOf({ record: { error, notes } }: RunReport): string[] {
  const failure =
    error === null
      ? []
      : [`> **Failed:** ${markdownText(error.title)}. ${markdownText(error.cause)} ${markdownText(error.suggestion)} (${error.code})`]
  return [...failure, ...(notes.length === 0 ? [] : [notes.map((note) => `- Note: ${markdownText(note)}`).join('\n')])]
}

/** A series as blocks of eight heights, mean values side by side, from its lowest to its highest, both named. */
function curve(label: string, values: readonly number[], format: (value: number | null) => string): string {
  const finite = values.filter(Number.isFinite)
  const width = Math.min(curveWidth, finite.length)
  const means = Array.from({ length: width }, (_, column) => {
    const part = finite.slice(Math.floor((column * finite.length) / width), Math.floor(((column + 1) * finite.length) / width))
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
  const low = Math.min(...means)
  const high = Math.max(...means)
  const blocks = means.map((mean) => '▁▂▃▄▅▆▇█'[high > low ? Math.round(((mean - low) / (high - low)) * 7) : 3]).join('')
  return `${label.padEnd(24)} ${format(finite[0] ?? null).padStart(8)} ${blocks || '–'} ${format(finite.at(-1) ?? null)}`
}
