/** A benchmark as one HTML file that needs nothing else. All text goes through `html`, which escapes it. */
import type { Benchmark } from '../../../shared/domain/benchmark.ts'
import { versionTable, machineFacts } from '../conditions.ts'
import { html, type Markup } from '../escape.ts'
import { formatDate } from '../format.ts'
import { documentOf, factsOf, pair, section, tableOf } from '../html-parts.ts'
import { throughputFigure, waterfallFigure } from './charts.ts'
import { energyNote, energyTable } from './energy.ts'
import {
  allReduceSentence,
  allReduceTable,
  type BenchmarkFacts,
  comparisonTable,
  failureTable,
  gateTable,
  notMeasured,
  provenances,
  ratioWord,
  repetitionTable,
  resourceTable,
  sentencesOf,
  stepTable,
  throughputTable,
  titleOf,
} from './facts.ts'
import { commandsOf, configurationTable, identityFacts, type Machine, machinesOf, protocolFacts, weightsTable } from './protocol.ts'
import { type TargetFacts, targetFigure, targetNotes, targetComparisonTable, targetRepetitionTable, targetTable } from './target.ts'
import { inferenceFigure, inferenceNotes, inferenceSentence, inferenceTable } from './inference.ts'

export function renderBenchmarkHtml(facts: BenchmarkFacts): string {
  const { benchmark } = facts
  return documentOf(
    `${titleOf(benchmark)}: benchmark report`,
    html` <header>
        <p class="eyebrow">DistriNews Lab · Benchmark report</p>
        <h1>${titleOf(benchmark)}</h1>
        <p class="meta">
          <span class="badge ${facts.maySaySpeedUp ? 'done' : 'stopped'}"
            >${facts.maySaySpeedUp ? 'all gates open' : 'a gate is closed'}</span
          ><span class="badge measured">${provenances(facts)}</span><span>${formatDate(benchmark.createdAt)}</span
          ><code>${benchmark.id}</code>
        </p>
      </header>
      ${section(
        'Result',
        html`<ul class="limits">
            ${sentencesOf(facts).map((sentence) => html`<li>${sentence}</li>`)}
          </ul>
          ${throughputFigure(facts)}${tableOf(throughputTable(facts), 'no repetition ended well')}`,
      )}
      ${section(ratioWord(facts), tableOf(comparisonTable(facts), 'there is nothing to compare with'))}
      ${facts.target && targetSection(facts.target)}
      ${section('Where the time goes', html`${waterfallFigure(facts)}${tableOf(stepTable(facts), 'no step was measured')}`)}
      ${
        facts.benchmark.allReduce === null
          ? null
          : section(
              'All-reduce',
              html`<p>${allReduceSentence(facts)}</p>
                ${tableOf(allReduceTable(facts), '')}`,
            )
      }
      ${section('Memory, utilisation, energy, accuracy', html`${tableOf(resourceTable(facts), 'nothing was measured')}${energyPart(facts)}`)}
      ${inferencePart(benchmark)}
      ${section(
        'Gates',
        html`<p>Only where all gates are open may the ratio be called a speed-up.</p>
          ${tableOf(gateTable(facts), '')}
          <p>Not measured here: ${notMeasured(facts).join('; ')}.</p>`,
      )}
      ${section('Protocol', factsOf(protocolFacts(facts)))}
      ${section(
        'Every repetition',
        html`${tableOf(repetitionTable(facts), 'none was planned')}${failureTable(facts).rows.length === 0 ? null : tableOf(failureTable(facts), '')}`,
      )}
      ${section('Configuration', tableOf(configurationTable(facts), ''))}
      ${section('Machine and software', html`${machinesOf(facts).map(machinePart)}`)}
      ${section(
        'Repeating it',
        html`<pre><code>${commandsOf(facts)}</code></pre>
          ${factsOf(identityFacts(facts))}${weightsTable(facts).rows.length === 0 ? null : tableOf(weightsTable(facts), '')}`,
      )}
      <footer>
        Made with DistriNews Lab. Every figure was ${provenances(facts)} in this benchmark; ratios and intervals are computed from them.
      </footer>`,
  )
}

const machinePart = ({ title, hardware }: Machine): Markup =>
  html`${title === '' ? null : html`<h3>${title}</h3>`}
  ${pair(factsOf(machineFacts(hardware)), tableOf(versionTable(hardware), 'no versions were recorded'))}`

const targetSection = (facts: TargetFacts): Markup =>
  section(
    'Time to accuracy',
    html`${targetFigure(facts)}${tableOf(targetTable(facts), 'no repetition ended well')}
      ${tableOf(targetComparisonTable(facts), 'there is nothing to compare with')}
      <ul class="limits">
        ${targetNotes(facts).map((note) => html`<li>${note}</li>`)}
      </ul>
      ${tableOf(targetRepetitionTable(facts), 'no repetition ended well')}`,
  )

function energyPart(facts: BenchmarkFacts): Markup | null {
  const table = energyTable(facts)
  return table.rows.length === 0
    ? null
    : html`<h3>Energy</h3>
        ${tableOf(table, '')}
        <p>${energyNote}</p>`
}

const inferencePart = (benchmark: Benchmark): Markup | null =>
  benchmark.inference?.measured
    ? section(
        'Inference under load',
        html`<p>${inferenceSentence(benchmark)}</p>
          ${tableOf(inferenceTable(benchmark), '')}${inferenceFigure(benchmark)}
          <p>${inferenceNotes(benchmark)}</p>`,
      )
    : null
