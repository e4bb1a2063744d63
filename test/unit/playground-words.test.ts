/** Words of a text with their places: what the occlusion leaves out, in every script. */
import { describe, expect, it } from 'vitest'
import { withoutWord, wordsOf } from '../../shared/domain/words.ts'

const texts = (text: string): string[] => wordsOf(text).map((word) => word.text)

describe('the words of a text', () => {
  it.each([
    ['Oil prices jump 3.5% after U.S. talks', ['Oil', 'prices', 'jump', '3.5', 'after', 'U.S', 'talks']],
    ["Don't panic – it's semi-final day!", ["Don't", 'panic', "it's", 'semi', 'final', 'day']],
    ['شركة النفط ترفع الأسعار', ['شركة', 'النفط', 'ترفع', 'الأسعار']],
    ['🚀 launch 👨‍👩‍👧 🇩🇪', ['🚀', 'launch', '👨‍👩‍👧', '🇩🇪']],
    ['', []],
    [' \t\n…!? ', []],
  ])('of %j are %j', (text, expected) => expect(texts(text)).toEqual(expected))

  it('are found in a script without spaces', () => {
    const words = wordsOf('东京股市上涨')
    expect(words.length).toBeGreaterThan(1)
    expect(words.map(({ text }) => text).join('')).toBe('东京股市上涨')
  })

  it('lie where they say, and leaving one out leaves all else', () => {
    const text = 'Größe zählt: 🚀 rises, Größe falls'
    for (const word of wordsOf(text)) {
      expect(text.slice(word.start, word.end)).toBe(word.text)
      const left = withoutWord(text, word)
      expect(left.length).toBe(text.length - word.text.length)
      expect(left.slice(0, word.start) + word.text + left.slice(word.start)).toBe(text)
    }
  })

  it('stop at the limit', () => expect(wordsOf('a b c d e', 3).map(({ text }) => text)).toEqual(['a', 'b', 'c']))
})
