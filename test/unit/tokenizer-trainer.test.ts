/** Training a WordPiece vocabulary: the same as the slow reference, complete, deterministic. */
import { describe, expect, it } from 'vitest'
import { bertWordSplitter, uncasedNormalizer } from '../../electron/data/bert-words.ts'
import { specialTokens, tokenizerJsonSchema } from '../../electron/data/tokenizer-json.ts'
import { trainVocabulary, trainWordPiece } from '../../electron/data/wordpiece-trainer.ts'
import { headlines } from '../fixtures/data/headlines.ts'
import { referenceVocabulary } from '../helpers/reference-wordpiece.ts'

function wordCounts(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) for (const word of bertWordSplitter(uncasedNormalizer)(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** Words over few letters, so that pairs overlap, repeat and are made in more than one way. */
function randomWords(seed: number): Map<string, number> {
  let state = seed
  const below = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >> 8) % limit
  }
  const words = Array.from({ length: 120 }, () => Array.from({ length: 1 + below(9) }, () => 'abc'[below(3)]).join(''))
  return new Map(words.map((word) => [word, 1 + below(6)]))
}

describe('training a vocabulary', () => {
  it('gives what counting all pairs anew before every merge gives', () => {
    const counts = wordCounts(headlines)
    for (const size of [125, 140, 5000]) expect(trainVocabulary(counts, size)).toEqual(referenceVocabulary(counts, size))
  })

  it('does so where pairs overlap and one token comes about in several ways', () => {
    for (let seed = 1; seed <= 25; seed++) {
      const counts = randomWords(seed)
      expect(trainVocabulary(counts, 90)).toEqual(referenceVocabulary(counts, 90))
    }
  })

  it('begins with the special tokens, then letters, then letters within words', () => {
    expect(trainVocabulary(new Map([['ba', 1]]), 100)).toEqual([...specialTokens, 'a', 'b', '##a'])
  })

  it('does not depend on the order of the words', () => {
    const counts = wordCounts(headlines)
    expect(trainVocabulary(new Map([...counts].reverse()), 140)).toEqual(trainVocabulary(counts, 140))
  })

  it('keeps to the wished size and stops where no pair comes twice', () => {
    expect(trainVocabulary(wordCounts(headlines), 140)).toHaveLength(140)
    expect(trainVocabulary(new Map([['abc', 1]]), 100)).toEqual([...specialTokens, 'a', 'b', 'c', '##b', '##c'])
  })

  it('leaves room for merges where a corpus has more letters than the vocabulary has entries', () => {
    const letters = Array.from({ length: 500 }, (_, index) => String.fromCodePoint(0x4e00 + index))
    const tokens = trainVocabulary(new Map([...letters.map((letter) => [letter, 1] as const), ['the', 900]]), 60)
    expect(tokens.slice(5).filter((token) => letters.includes(token)).length).toBeLessThan(30)
    expect(tokens).toContain('the')
  })

  it('writes a complete tokenizer.json', () => {
    const json = trainWordPiece(headlines, 140)
    expect(tokenizerJsonSchema.parse(JSON.parse(JSON.stringify(json)))).toEqual(json)
    expect(Object.values(json.model.vocab).sort((a, b) => a - b)).toEqual(Array.from({ length: 140 }, (_, id) => id))
    expect(json.added_tokens.map(({ id, content }) => [id, content])).toEqual(specialTokens.map((token, id) => [id, token]))
  })
})

describe('splitting a text into words', () => {
  const words = bertWordSplitter(uncasedNormalizer)

  it('lowercases, strips accents, spaces out CJK and cuts off punctuation', () => {
    expect(words("Café's U.S.-made ÅNGSTRÖM: 東京!")).toEqual([
      'cafe',
      "'",
      's',
      'u',
      '.',
      's',
      '.',
      '-',
      'made',
      'angstrom',
      ':',
      '東',
      '京',
      '!',
    ])
    expect(words(' \t\n ')).toEqual([])
    expect(words('zero\u200bwidth and \u0007bell')).toEqual(['zerowidth', 'and', 'bell'])
  })

  it('takes the short cut for ASCII to the same words', () => {
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')
    const text = `${printable}\tNext\r\nLine ${printable}`
    expect(words(text)).toEqual(words(`${text} é`).slice(0, -1))
  })
})
