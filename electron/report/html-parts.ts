/** What the HTML reports are made of: the document around them, sections, tables, facts. */
import type { Fact } from './conditions.ts'
import { html, type HtmlValue, Markup } from './escape.ts'
import { missing } from './format.ts'
import { styleSheet } from './html-style.ts'
import type { Table } from './results.ts'

/** The whole file: it loads nothing, runs nothing, and has a policy that forbids both. */
export const documentOf = (title: string, body: Markup): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>
          ${new Markup(styleSheet)}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.text

export const section = (title: string, body: HtmlValue): Markup =>
  html`<section>
    <h2>${title}</h2>
    ${body}
  </section>`

export const pair = (left: Markup, right: Markup): Markup => html`<div class="pair">${left}${right}</div>`

export function tableOf(table: Table, whenEmpty: string): Markup {
  if (table.rows.length === 0) return html`<p>${missing} ${whenEmpty}</p>`
  const look = (column: number): string => (column === 0 || table.textColumns?.includes(column) ? 'text' : 'number')
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${table.columns.map((column, index) => html`<th scope="col" class="${look(index)}">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${table.rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, index) => (index === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${look(index)}">${cell}</td>`))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
}

export const factsOf = (facts: readonly Fact[]): Markup =>
  html`<div class="scroll">
    <table class="facts">
      <tbody>
        ${facts.map(
          (fact) =>
            html`<tr>
              <th scope="row">${fact.label}${fact.name === undefined ? null : html` <code>${fact.name}</code>`}</th>
              <td class="${/^[0-9a-f]{64}$/.test(fact.value) ? 'digest' : 'text'}">${fact.value}</td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
