/**
 * The only way of text into a rendering. Names, labels and messages may be hostile: markup, script ends, pipes, links,
 * characters that turn the reading direction around. `html` escapes whatever is put into it, so that forgetting to is
 * not possible; `new Markup` is for the style sheet alone.
 */

/** Invisible or turning characters (bidi controls, zero widths, lone surrogates); joiners that scripts and emoji need stay. */
const hiddenCharacters = /(?![\u200C\u200D])[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const controlCharacters = /\p{Cc}/gu

const asEscape = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')

/** Text on one line with every character that cannot be seen written as its escape: '\u202e'. */
export const visible = (text: string): string => revealHidden(text).replace(controlCharacters, asEscape)

/** As `visible`, but line ends and tabs stay. */
export const visibleLines = (text: string): string =>
  text
    .split(/(\r?\n|\t)/)
    .map((part, index) => (index % 2 === 0 ? visible(part) : part))
    .join('')

/** Only invisible characters that are no controls; keeps JSON equal to itself. */
export const revealHidden = (text: string): string => text.replace(hiddenCharacters, asEscape)

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** HTML that is safe to send out as it is. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type HtmlValue = string | number | Markup | null | readonly HtmlValue[]

/** Markup from a template: strings and numbers put in are escaped (safe in text and in quoted attributes), null is nothing. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + render(values[index - 1] ?? null) + part))
}

function render(value: HtmlValue): string {
  if (value === null) return ''
  if (value instanceof Markup) return value.text
  if (typeof value === 'object') return value.map(render).join('')
  return visibleLines(String(value)).replace(/[&<>"']/g, (character) => entities[character]!)
}

/**
 * Text that Markdown shows as itself, on one line, in a table cell too. What GitHub would make a link of by itself
 * (web and e-mail addresses) cannot be escaped with a backslash: its colon, dot or @ is written as '\u0040' is.
 */
export function markdownText(text: string): string {
  return visible(text)
    .replace(/:(?=\/\/)|(?<=www)\.|(?<=[\w.+-])@(?=\w)/gi, asEscape)
    .replace(/[\\`*_[\]<>&~|#$!]/g, '\\$&')
}

/** Text of any content as a fenced block of its own. */
export function markdownBlock(text: string, language: string): string {
  const longestRun = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longestRun + 1)
  return `${fence}${language}\n${visibleLines(text)}\n${fence}`
}
