/**
 * Text to token ids, as @huggingface/tokenizers does it for BERT, with a memory for words: news repeats itself, and a
 * word's pieces never change. Truncation keeps [CLS] and [SEP] and says what fell off.
 */
import { createHash } from 'node:crypto'
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import type { TokenChip } from '../../shared/domain/prediction.ts'
import { bertWordSplitter } from './bert-words.ts'
import { padId, parseTokenizerJson, type TokenizerJson } from './tokenizer-json.ts'
import type { Example, TokenizedExamples } from './types.ts'

export interface Encoding {
  /** [CLS] … [SEP], at most `maxLength` of them. */
  ids: Int32Array
  /** The same as text; pieces within a word begin with `##`. */
  tokens: string[]
  /** Tokens that did not fit, in order. */
  truncatedTokens: string[]
}

export interface Tokenizer {
  readonly vocabSize: number
  /** What becomes of case, accents and Chinese characters. */
  readonly normalizer: TokenizerJson['normalizer']
  /** The text of its `tokenizer.json`. */
  readonly json: string
  /** SHA-256 of `json`, hex: equal digests give equal tokens. */
  readonly digest: string
  /** Encodes one text. `maxLength` counts [CLS] and [SEP] and is at least 2. */
  encode(text: string, maxLength: number): Encoding
  /** The `ids` of `encode` alone. */
  encodeIds(text: string, maxLength: number): Int32Array
  /** An id as the playground shows it. */
  chip(id: number): TokenChip
}

/** Words remembered before the memory starts anew. */
const maxRememberedWords = 200_000

/** Makes a tokenizer of the text of a `tokenizer.json`, or of one just trained. Throws MODEL_INVALID. */
export function createTokenizer(tokenizerJson: string | TokenizerJson): Tokenizer {
  const json = typeof tokenizerJson === 'string' ? tokenizerJson : `${JSON.stringify(tokenizerJson)}\n`
  return new WordPieceTokenizer(json, parseTokenizerJson(json))
}

/** Encodes every example, truncated to `maxLength` tokens, not padded. */
export function tokenizeExamples(tokenizer: Tokenizer, examples: readonly Example[], maxLength: number): TokenizedExamples {
  return {
    ids: examples.map(({ text }) => tokenizer.encodeIds(text, maxLength)),
    labels: Int32Array.from(examples, ({ label }) => label),
  }
}

class WordPieceTokenizer implements Tokenizer {
  readonly vocabSize: number
  readonly normalizer: TokenizerJson['normalizer']
  readonly json: string
  readonly digest: string
  readonly #library: LibraryTokenizer
  readonly #wordsOf: (text: string) => string[]
  readonly #vocabulary: Record<string, number>
  readonly #tokenOf: string[] = []
  readonly #specialIds: ReadonlySet<number>
  readonly #addedTokens: readonly string[]
  readonly #remembered = new Map<string, readonly number[]>()

  constructor(json: string, file: TokenizerJson) {
    this.json = json
    this.normalizer = file.normalizer
    this.digest = createHash('sha256').update(json).digest('hex')
    this.#library = new LibraryTokenizer(file, {})
    this.#wordsOf = bertWordSplitter(file.normalizer)
    this.#vocabulary = file.model.vocab
    for (const [token, id] of Object.entries(this.#vocabulary)) this.#tokenOf[id] = token
    this.vocabSize = this.#tokenOf.length
    this.#specialIds = new Set(file.added_tokens.filter(({ special }) => special).map(({ id }) => id))
    this.#addedTokens = file.added_tokens.map(({ content }) => content)
  }

  encode(text: string, maxLength: number): Encoding {
    const body = this.#idsOf(text)
    const ids = this.#frame(body, maxLength)
    const truncated = body.slice(ids.length - 2)
    return { ids, tokens: Array.from(ids, (id) => this.#tokenOf[id]!), truncatedTokens: truncated.map((id) => this.#tokenOf[id]!) }
  }

  encodeIds(text: string, maxLength: number): Int32Array {
    return this.#frame(this.#idsOf(text), maxLength)
  }

  chip(id: number): TokenChip {
    const text = this.#tokenOf[id]!
    if (id === padId) return { id, text, kind: 'pad' }
    if (id === this.#vocabulary['[UNK]']) return { id, text, kind: 'unknown' }
    if (this.#specialIds.has(id)) return { id, text, kind: 'special' }
    return { id, text, kind: text.startsWith('##') ? 'piece' : 'word' }
  }

  // region encode
  /** [CLS], as much of `body` as fits, [SEP]. */
  #frame(body: readonly number[], maxLength: number): Int32Array {
    const kept = Math.min(body.length, maxLength - 2)
    const ids = new Int32Array(kept + 2)
    ids[0] = this.#vocabulary['[CLS]']!
    for (let index = 0; index < kept; index++) ids[index + 1] = body[index]!
    ids[kept + 1] = this.#vocabulary['[SEP]']!
    return ids
  }
  // endregion

  /** Ids without [CLS] and [SEP]. */
  #idsOf(text: string): number[] {
    // A text that spells a special token gets that token, as in transformers; only the library knows how.
    if (this.#addedTokens.some((token) => text.includes(token))) return this.#library.encode(text, { add_special_tokens: false }).ids
    const ids: number[] = []
    for (const word of this.#wordsOf(text)) for (const id of this.#idsOfWord(word)) ids.push(id)
    return ids
  }

  #idsOfWord(word: string): readonly number[] {
    const known = this.#remembered.get(word)
    if (known) return known
    const ids = this.#library.model!.encode([word]).map((token) => this.#vocabulary[token]!)
    if (this.#remembered.size >= maxRememberedWords) this.#remembered.clear()
    this.#remembered.set(word, ids)
    return ids
  }
}
