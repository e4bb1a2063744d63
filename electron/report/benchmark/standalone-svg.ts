/** A chart of a report as a file of its own: with the namespace and the looks that the page would have given it. */
import { html, Markup } from '../escape.ts'
import { styleSheet } from '../html-style.ts'

export function standaloneSvg(chart: Markup): string {
  const styles = html`<style>
    ${new Markup(styleSheet.replace(/@media[^{]*\{(?:[^{}]|\{[^{}]*\})*\}/g, ''))} svg text {
      font-family: sans-serif;
    }
    svg {
      background: #fff;
    }
  </style>`
  return chart.text.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replace(/(<svg[^>]*>)/, `$1${styles.text}`)
}
