/** Signs that a text is foreign to a model: counted, with the figure in the words. */
import { describe, expect, it } from 'vitest'
import { domainNotes, entropyBits } from '../../shared/domain/domain-notes.ts'
import type { TokenChip } from '../../shared/domain/prediction.ts'

const chips = (kinds: TokenChip['kind'][]): TokenChip[] => kinds.map((kind, id) => ({ id, text: kind, kind }))
const many = (count: number, kind: TokenChip['kind'] = 'word'): TokenChip['kind'][] => Array.from({ length: count }, () => kind)
const prediction = (body: TokenChip['kind'][], shares = [0.97, 0.01, 0.01, 0.01], truncated = 0) => ({
  tokens: chips(['special', ...body, 'special', 'pad', 'pad']),
  truncatedTokens: Array.from({ length: truncated }, () => 'x'),
  probabilities: shares.map((probability, index) => ({ label: String(index), probability })),
  confidence: Math.max(...shares),
})
const kinds = (...given: Parameters<typeof domainNotes>) => domainNotes(...given).map(({ kind }) => kind)

describe('notes on a text', () => {
  it('are none where it is like the training', () => expect(domainNotes(prediction(many(12)), 14)).toEqual([]))

  it('say that nothing was read', () => expect(kinds(prediction([]), 14)).toEqual(['nothing-read']))

  it('count the unknown tokens, padding and marks left out', () => {
    const [note] = domainNotes(prediction([...many(6), ...many(2, 'unknown')]), null)
    expect(note).toMatchObject({ kind: 'unknown-words', fact: '2 of 8 tokens (25 %) are [UNK].' })
    expect(kinds(prediction([...many(19), 'unknown']), null)).toEqual([])
  })

  it('compare the length with the training rows, what was cut off included', () => {
    expect(domainNotes(prediction(many(2)), 20.04)[0]).toMatchObject({
      kind: 'short',
      fact: '4 tokens; rows in training had 20.0 on average.',
    })
    expect(kinds(prediction(many(60), undefined, 40), 20)).toEqual(['long'])
    expect(kinds(prediction(many(60)), 20)).toEqual([])
    expect(kinds(prediction(many(2)), null)).toEqual([])
  })

  it('say when the model is undecided', () => {
    expect(kinds(prediction(many(12), [0.26, 0.25, 0.25, 0.24]), 14)).toEqual(['undecided'])
    expect(kinds(prediction(many(12), [0.45, 0.44, 0.06, 0.05]), 14)).toEqual(['undecided'])
    expect(kinds(prediction(many(12), [0.8, 0.1, 0.05, 0.05]), 14)).toEqual([])
  })
})

it('entropy is 0 for certainty and log2 n for no idea at all', () => {
  expect(entropyBits([1, 0, 0, 0])).toBe(0)
  expect(entropyBits([0.25, 0.25, 0.25, 0.25])).toBe(2)
})
