/**
 * The report as one HTML file that needs nothing else: no scripts, no fonts, no network, and a policy that forbids
 * them. All text goes through `html`, which escapes it.
 */
import type { RunReport } from '../../shared/domain/report.ts'
import { epochFigures, lossFigure, phaseFigure, throughputFigure } from './charts.ts'
import { classTable, configurationFacts, dataFacts, identityFacts, machineFacts, modelFacts, versionTable } from './conditions.ts'
import { html, type Markup } from './escape.ts'
import { formatDate, missing } from './format.ts'
import { documentOf, factsOf, pair, section, tableOf } from './html-parts.ts'
import { epochTable, keyFigures, rankTable, rankTableNote, stateLabels, titleOf } from './results.ts'

export function renderHtml(report: RunReport): string {
  const { record } = report
  return documentOf(
    `${titleOf(report)}: run report`,
    html` ${heading(report)} ${trouble(report)}
      ${section(
        'Learning',
        html`${lossFigure(report)}${epochFigures(report)}
          <h3>Epochs</h3>
          ${tableOf(epochTable(report), 'no epoch was finished')}`,
      )}
      ${section(
        'Speed',
        html`${throughputFigure(report)}${phaseFigure(report)}
          <h3>Ranks</h3>
          ${tableOf(rankTable(report), 'no step was recorded')}
          <p>${rankTableNote(report)}</p>`,
      )}
      ${section(
        'Limits of these figures',
        html`<ul class="limits">
          ${report.caveats.map((caveat) => html`<li>${caveat}</li>`)}
        </ul>`,
      )}
      ${section('Configuration', factsOf(configurationFacts(report)))}
      ${section('Data', pair(factsOf(dataFacts(report)), tableOf(classTable(report), 'the data was not read')))}
      ${section('Model', factsOf(modelFacts(report)))}
      ${section('Machine and software', pair(factsOf(machineFacts(record.hardware)), tableOf(versionTable(record.hardware), 'no versions were recorded')))}
      ${section(
        'Repeating this run',
        html`<p>
            The command below repeats the run. With the same data and versions the losses come out alike; times differ from machine to
            machine.
          </p>
          <pre><code>${record.command}</code></pre>
          ${factsOf(identityFacts(report))}`,
      )}
      <footer>
        Report ${report.id}, made ${formatDate(report.generatedAt)} with DistriNews Lab. Every result above was
        ${report.provenance === 'imported' ? 'measured elsewhere and imported' : `${report.provenance} in this run`}; what is marked derived
        was computed from the configuration.
      </footer>`,
  )
}

function heading(report: RunReport): Markup {
  const { record } = report
  return html`<header>
    <p class="eyebrow">DistriNews Lab · Run report</p>
    <h1>${titleOf(report)}</h1>
    <p class="meta">
      <span class="badge ${record.state}">${stateLabels[record.state]}</span><span class="badge measured">${report.provenance}</span
      ><span>${formatDate(record.createdAt)}</span><code>${record.id}</code>
    </p>
    <dl class="figures">
      ${keyFigures(report).map(
        (figure) =>
          html`<div>
            <dt>${figure.label} ${figure.value === missing ? null : html`<span class="tag">${report.provenance}</span>`}</dt>
            <dd>
              <span class="value">${figure.value}</span>
              <span class="note">${figure.note}</span>
            </dd>
          </div>`,
      )}
    </dl>
  </header>`
}

function trouble({ record }: RunReport): Markup {
  const { error, notes } = record
  return html`${
    error === null
      ? null
      : html`<div class="callout">
          <p><strong>${error.title}</strong></p>
          <p>${error.cause}</p>
          <p>${error.suggestion}</p>
          <p><code>${error.code}</code></p>
        </div>`
  }${
    notes.length === 0
      ? null
      : html`<div class="callout notes">
          <strong>Notes</strong>
          <ul>
            ${notes.map((note) => html`<li>${note}</li>`)}
          </ul>
        </div>`
  }`
}
