/** The headlines that programs work on: a part of the starter set, the same on every rank, tokenised with its vocabulary. */
import { makeBatch } from '../../data/batching.ts'
import { type Tokenizer, tokenizeExamples } from '../../data/tokenizer.ts'
import type { Batch, Example, TokenizedExamples } from '../../data/types.ts'
import { randomIntegers, shuffle } from '../../ddp/random.ts'
import { loadRows } from '../../rank/run-data.ts'
import { shareTokenizer } from '../../rank/vocabulary.ts'
import { modelPresets } from '../../../shared/domain/model-config.ts'
import { runConfigSchema } from '../../../shared/domain/run-config.ts'
import type { RankBasics } from './context.ts'

export const maxLength = 128

export interface News {
  labels: string[]
  tokenizer: Tokenizer
  /** In random order, not by class. */
  rows: Example[]
  tokens: TokenizedExamples
  /** Rows that nobody trains on. */
  validationRows: Example[]
  validationTokens: TokenizedExamples
}

/** Collective. Split and vocabulary are those of an ordinary run. */
export async function readNews(context: RankBasics, counts: { rows: number; validation?: number }): Promise<News> {
  context.progress('reads headlines')
  const { card, train, validation } = await loadRows(runConfigSchema.parse({}))
  const tokenizer = await shareTokenizer({
    group: context.setupGroup,
    runDirectory: context.directory,
    cacheDirectory: context.cacheDirectory,
    resumeFrom: null,
    train,
    vocabSize: modelPresets.tiny.vocabSize,
    tokenizerJson: null,
    onTraining: () => context.progress('trains the vocabulary, once'),
  })
  const rows = shuffle([...train], randomIntegers(1, 2, 3)).slice(0, counts.rows)
  const validationRows = shuffle([...validation], randomIntegers(4, 5, 6)).slice(0, counts.validation ?? 0)
  const tokens = tokenizeExamples(tokenizer, rows, maxLength)
  const validationTokens = tokenizeExamples(tokenizer, validationRows, maxLength)
  return { labels: card.labels, tokenizer, rows, tokens, validationRows, validationTokens }
}

/** The rows `indices` of `examples` as a batch, padded to the longest of them. */
export const batchOf = (examples: TokenizedExamples, indices: ArrayLike<number>, rows = indices.length): Batch =>
  makeBatch(examples, indices, { rows, lengthMultiple: 8, maxLength })

/** Row numbers `from` to `from + count` - 1, begun anew where `of` rows are not enough. */
export const rowRange = (from: number, count: number, of: number): number[] =>
  Array.from({ length: count }, (_, index) => (from + index) % of)
