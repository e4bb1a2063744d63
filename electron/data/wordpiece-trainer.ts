/**
 * Trains a WordPiece vocabulary as Hugging Face's `WordPieceTrainer` does: every word begins as its letters (`##` on
 * all but the first), and the most frequent adjacent pair is merged again and again until the vocabulary is full.
 * Deterministic, which the original is not quite: letters are numbered in the order of their code points, and of pairs
 * with equal counts the one with the smaller ids goes first. The merging itself is `PairMerger`.
 */
import { bertWordSplitter, uncasedNormalizer } from './bert-words.ts'
import { PairMerger } from './pair-merger.ts'
import { bertTokenizerJson, specialTokens, type TokenizerJson } from './tokenizer-json.ts'

const continuation = '##'
/** A pair that occurs once is a word, not a pattern. */
const minFrequency = 2
/** Letters kept, by frequency; those of rarer scripts become [UNK]. */
const maxAlphabet = 1000

/** The tokenizer of `texts` with `vocabSize` entries, fewer where the texts do not yield as many. */
export function trainWordPiece(texts: Iterable<string>, vocabSize: number): TokenizerJson {
  return bertTokenizerJson(trainVocabulary(countWords(texts), vocabSize), uncasedNormalizer)
}

function countWords(texts: Iterable<string>): Map<string, number> {
  const wordsOf = bertWordSplitter(uncasedNormalizer)
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

/** Tokens in id order: special tokens, letters, letters within words, then merges, the most frequent first. */
export function trainVocabulary(wordCounts: ReadonlyMap<string, number>, vocabSize: number): string[] {
  const alphabet = new Set(
    chooseAlphabet(wordCounts, Math.min(maxAlphabet, Math.max(1, Math.floor((vocabSize - specialTokens.length) / 2)))),
  )
  const words: { symbols: string[]; count: number }[] = []
  for (const [word, count] of wordCounts) {
    const letters = [...word]
    const symbols = letters.flatMap((letter, index) => (alphabet.has(letter) ? [index === 0 ? letter : continuation + letter] : []))
    words.push({ symbols, count })
  }

  const inside = new Set(words.flatMap(({ symbols }) => symbols.slice(1)))
  const tokens = [...specialTokens, ...alphabet, ...[...inside].sort(byCodePoint)]
  const idOf = new Map<string, number>(tokens.map((token, id) => [token, id]))

  const merger = new PairMerger(
    words.map(({ symbols }) => symbols.map((symbol) => idOf.get(symbol)!)),
    words.map(({ count }) => count),
  )
  while (tokens.length < vocabSize) {
    const pair = merger.mostFrequent()
    if (!pair || pair.count < minFrequency) break
    const merged = tokens[pair.left]! + tokens[pair.right]!.slice(continuation.length)
    let id = idOf.get(merged)
    if (id === undefined) {
      id = tokens.push(merged) - 1
      idOf.set(merged, id)
    }
    merger.merge(pair, id)
  }
  return tokens
}

function chooseAlphabet(wordCounts: ReadonlyMap<string, number>, limit: number): string[] {
  const counts = new Map<string, number>()
  for (const [word, count] of wordCounts) for (const letter of word) counts.set(letter, (counts.get(letter) ?? 0) + count)
  const byFrequency = [...counts].sort(([a, countA], [b, countB]) => countB - countA || byCodePoint(a, b))
  return byFrequency
    .slice(0, limit)
    .map(([letter]) => letter)
    .sort(byCodePoint)
}

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
