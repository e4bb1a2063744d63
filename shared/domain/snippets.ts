/**
 * The same question as code for the HTTP API of a model: `POST /predict {"text": …}`. The text may be anything, so every
 * snippet carries it in one literal that its language reads back to exactly that text.
 */
import { shellQuoted } from './shell-quote.ts'

export const snippetLanguages = ['curl', 'JavaScript', 'Python'] as const
export type SnippetLanguage = (typeof snippetLanguages)[number]

/** Where `npm run serve-model` answers by default. */
export const apiPort = 8000
const usualUrl = `http://127.0.0.1:${apiPort}`

/** The server that a snippet asks. */
export interface SnippetServer {
  url: string
  /** Bearer token, where it needs one. */
  token?: string | null
}

/** Controls and invisible characters that would change how code is read or shown, written as escapes instead. */
const unseen = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** JSON of `text` on one line; the same literal is JavaScript and Python, too. */
const literal = (text: string): string => JSON.stringify(text).replace(unseen, escaped)

/** Code that asks the served model about `text` and prints its answer. */
export function snippet(language: SnippetLanguage, text: string, { url, token = null }: SnippetServer = { url: usualUrl }): string {
  const address = `${url}/predict`
  const bearer = token === null ? null : `Bearer ${token}`
  switch (language) {
    case 'curl':
      return [
        `curl -s ${address}`,
        `-H 'Content-Type: application/json'`,
        ...(bearer === null ? [] : [`-H ${shellQuoted(`Authorization: ${bearer}`)}`]),
        `-d ${shellQuoted(`{"text": ${literal(text)}}`)}`,
      ].join(' \\\n  ')
    case 'JavaScript':
      return [
        `const response = await fetch('${address}', {`,
        `  method: 'POST',`,
        `  headers: { 'Content-Type': 'application/json'${bearer === null ? '' : `, Authorization: ${literal(bearer)}`} },`,
        `  body: JSON.stringify({ text: ${literal(text)} }),`,
        `})`,
        `const { label, confidence, all_probabilities } = await response.json()`,
        `console.log(label, confidence, all_probabilities)`,
      ].join('\n')
    case 'Python':
      return [
        `import json, urllib.request`,
        ``,
        `body = json.dumps({"text": ${literal(text)}}).encode()`,
        `request = urllib.request.Request("${address}", body, {"Content-Type": "application/json"${bearer === null ? '' : `, "Authorization": ${literal(bearer)}`}})`,
        `answer = json.load(urllib.request.urlopen(request))`,
        `print(answer["label"], answer["confidence"], answer["all_probabilities"])`,
      ].join('\n')
  }
}

/** The command that serves the model in `directory` for these snippets. */
export const serveCommand = (directory: string): string => `npm run serve-model -- --model ${shellQuoted(directory)} --port ${apiPort}`
