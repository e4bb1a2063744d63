/** Terms of the glossary are linked where prose uses them first, and nowhere else. */
import { describe, expect, test } from 'vitest'
import { glossary } from '../../../renderer/lessons/glossary.ts'
import { glossaryLinks } from '../../../scripts/vite/glossary-links.ts'

const entries = [
  { id: 'gradient', term: 'gradient', forms: ['gradients'], text: '' },
  { id: 'accumulation', term: 'gradient accumulation', text: '' },
  { id: 'rank', term: 'rank', forms: ['ranks'], text: '' },
]

interface Node {
  type: string
  value?: string
  name?: string | null
  attributes?: unknown[]
  children?: Node[]
}
const text = (value: string): Node => ({ type: 'text', value })
const paragraph = (...children: Node[]): Node => ({ type: 'paragraph', children })

/** Linked words in angle brackets, with their ids. */
function written(node: Node): string {
  if (node.type === 'text') return node.value ?? ''
  const inner = (node.children ?? []).map(written).join('')
  if (node.name !== 'Term') return inner
  const [attribute] = node.attributes as { value: string }[]
  return `<${attribute!.value}:${inner}>`
}

function linked(...children: Node[]): string {
  const tree: Node = { type: 'root', children }
  glossaryLinks(entries)()(tree)
  return written(tree)
}

describe('a term', () => {
  test('is linked once, at its first use, in any of its forms', () => {
    expect(linked(paragraph(text('Ranks send gradients. A rank has a gradient.')))).toBe(
      '<rank:Ranks> send <gradient:gradients>. A rank has a gradient.',
    )
  })

  test('is linked as the longest one that fits', () => {
    expect(linked(paragraph(text('With gradient accumulation a gradient waits.')))).toBe(
      'With <accumulation:gradient accumulation> a <gradient:gradient> waits.',
    )
  })

  test('is a whole word: no part of another, and not behind a hyphen', () => {
    expect(linked(paragraph(text('A franking machine, per-rank, ranked.')))).toBe('A franking machine, per-rank, ranked.')
  })

  test('stays as it is in code and in links', () => {
    const code: Node = { type: 'inlineCode', value: 'rank' }
    const link: Node = { type: 'link', children: [text('rank')] }
    expect(linked(paragraph(link, text(' and '), code, text(' rank')))).toBe('rank and  <rank:rank>')
  })

  test('is counted over the whole text, paragraphs and emphasis included', () => {
    expect(linked(paragraph({ type: 'strong', children: [text('rank')] }), paragraph(text('rank')))).toBe('<rank:rank>rank')
  })
})

describe('the glossary', () => {
  test('has every id and every form once', () => {
    const ids = glossary.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const forms = glossary.flatMap(({ term, forms: others = [] }) => [term, ...others].map((form) => form.toLowerCase()))
    expect(forms.filter((form, index) => forms.indexOf(form) !== index)).toEqual([])
  })

  test('explains each term in a few short sentences', () => {
    for (const { term, text: words } of glossary) {
      const count = words.split(/\s+/).length
      expect(count, term).toBeGreaterThanOrEqual(6)
      expect(count, term).toBeLessThanOrEqual(48)
    }
  })
})
