/**
 * Links each term of the glossary where a lesson's prose uses it first: the plain word becomes `<Term id="…">word</Term>`.
 * Done when the page is built, so that nobody who writes a lesson has to think of it, or can forget it.
 */
import type { GlossaryEntry } from '../../renderer/lessons/glossary.ts'

/** What is used here of a Markdown syntax tree (mdast). */
interface Node {
  type: string
  value?: string
  name?: string | null
  attributes?: unknown[]
  children?: Node[]
}

/** Words in there are names of things or linked already. */
const untouched = new Set(['heading', 'link', 'inlineCode', 'code', 'mdxjsEsm', 'mdxFlowExpression', 'mdxTextExpression'])

interface Form {
  id: string
  words: string
}

/** A remark plugin. */
export function glossaryLinks(entries: readonly GlossaryEntry[]) {
  // Longer words first: "gradient accumulation" is not a gradient.
  const forms = entries
    .flatMap(({ id, term, forms: others = [] }) => [term, ...others].map((words): Form => ({ id, words: words.toLowerCase() })))
    .sort((a, b) => b.words.length - a.words.length)
  const pattern = new RegExp(`(?<![\\w-])(${forms.map(({ words }) => escape(words)).join('|')})(?![\\w-])`, 'i')
  const idOf = new Map(forms.map(({ id, words }) => [words, id]))
  return () =>
    (tree: Node): void => {
      const seen = new Set<string>()
      link(tree, pattern, idOf, seen)
    }
}

function link(node: Node, pattern: RegExp, idOf: ReadonlyMap<string, string>, seen: Set<string>): void {
  if (!node.children || untouched.has(node.type) || node.name === 'Term') return
  node.children = node.children.flatMap((child) => {
    if (child.type === 'text') return split(child.value ?? '', pattern, idOf, seen)
    link(child, pattern, idOf, seen)
    return [child]
  })
}

function split(text: string, pattern: RegExp, idOf: ReadonlyMap<string, string>, seen: Set<string>): Node[] {
  const nodes: Node[] = []
  let plain = ''
  for (let rest = text; rest !== '';) {
    const match = pattern.exec(rest)
    const id = match && idOf.get(match[0].toLowerCase())
    if (!match || id === undefined) {
      plain += rest
      break
    }
    const end = match.index + match[0].length
    if (seen.has(id!)) plain += rest.slice(0, end)
    else {
      seen.add(id!)
      plain += rest.slice(0, match.index)
      if (plain !== '') nodes.push({ type: 'text', value: plain })
      plain = ''
      nodes.push({
        type: 'mdxJsxTextElement',
        name: 'Term',
        attributes: [{ type: 'mdxJsxAttribute', name: 'id', value: id }],
        children: [{ type: 'text', value: match[0] }],
      })
    }
    rest = rest.slice(end)
  }
  if (plain !== '') nodes.push({ type: 'text', value: plain })
  return nodes
}

const escape = (words: string): string => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
