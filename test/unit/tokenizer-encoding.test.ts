/** Encoding texts: special tokens, truncation, chips, digests, and the real vocabulary of bert-base-uncased. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { describe, expect, it } from 'vitest'
import { makeBatch } from '../../electron/data/batching.ts'
import { uncasedNormalizer } from '../../electron/data/bert-words.ts'
import { tokenizerConfigJson } from '../../electron/data/tokenizer-json.ts'
import { createTokenizer, tokenizeExamples } from '../../electron/data/tokenizer.ts'
import { trainWordPiece } from '../../electron/data/wordpiece-trainer.ts'
import { projectRoot } from '../../electron/paths.ts'
import { headlines } from '../fixtures/data/headlines.ts'

const trained = trainWordPiece(headlines, 140)
const tokenizer = createTokenizer(trained)
const oddTexts = ['', '  ', 'x'.repeat(200), 'A [MASK] in [SEP] text [UNK]', 'Zoë 😀 ﬁ \ufffd\u0000', 'constructor __proto__ toString']

describe('encoding', () => {
  it('frames the pieces of a text with [CLS] and [SEP]', () => {
    const { ids, tokens, truncatedTokens } = tokenizer.encode('Striker strikes', 32)
    expect(tokens[0]).toBe('[CLS]')
    expect(tokens.at(-1)).toBe('[SEP]')
    expect(tokens.slice(1, -1).join('').replaceAll('##', '')).toBe('strikerstrikes')
    expect(ids).toHaveLength(tokens.length)
    expect(truncatedTokens).toEqual([])
  })

  it('gives the tokens of the library, also for texts it has seen and odd ones', () => {
    const library = new LibraryTokenizer(JSON.parse(tokenizer.json), {})
    for (const text of [...headlines, ...headlines, ...oddTexts]) {
      const { ids, tokens } = tokenizer.encode(text, 1000)
      expect({ ids: [...ids], tokens }).toEqual({ ids: library.encode(text).ids, tokens: library.encode(text).tokens })
    }
  })

  it('keeps [CLS] and [SEP] when it truncates, and lists what fell off', () => {
    const whole = tokenizer.encode(headlines[0]!, 1000)
    const cut = tokenizer.encode(headlines[0]!, 8)
    expect(cut.ids).toHaveLength(8)
    expect(cut.tokens).toEqual([...whole.tokens.slice(0, 7), '[SEP]'])
    expect([...cut.tokens.slice(0, 7), ...cut.truncatedTokens, '[SEP]']).toEqual(whole.tokens)
    expect(tokenizer.encode(headlines[0]!, whole.ids.length)).toEqual(whole)
  })

  it('tells chips apart', () => {
    const kinds = (text: string) => tokenizer.encode(text, 64).tokens.map((token) => tokenizer.chip(trained.model.vocab[token]!).kind)
    expect(kinds('a')).toEqual(['special', 'word', 'special'])
    expect(kinds('☃')).toEqual(['special', 'unknown', 'special'])
    expect(kinds('bananas')).toContain('piece')
    expect(tokenizer.chip(0)).toEqual({ id: 0, text: '[PAD]', kind: 'pad' })
  })

  it('is the same again from its own file, digest included', () => {
    const again = createTokenizer(tokenizer.json)
    expect(again.digest).toBe(tokenizer.digest)
    expect(again.vocabSize).toBe(140)
    expect(again.encode(headlines[6]!, 64)).toEqual(tokenizer.encode(headlines[6]!, 64))
    expect(createTokenizer(trainWordPiece(headlines, 139)).digest).not.toBe(tokenizer.digest)
  })

  it('names the specials and the longest sequence in tokenizer_config.json', () => {
    const cased = { ...uncasedNormalizer, lowercase: false, strip_accents: null }
    expect(JSON.parse(tokenizerConfigJson(64, cased, 'bert'))).toMatchObject({
      tokenizer_class: 'BertTokenizer',
      do_lower_case: false,
      strip_accents: null,
      model_max_length: 64,
    })
    expect(JSON.parse(tokenizerConfigJson(128))).toMatchObject({
      tokenizer_class: 'DistilBertTokenizer',
      do_lower_case: true,
      model_max_length: 128,
      pad_token: '[PAD]',
    })
  })
})

describe('a tokenizer.json that cannot be used', () => {
  const changed = (change: (json: typeof trained) => unknown) => JSON.stringify(change(structuredClone(trained)))

  it.each([
    ['is not JSON', '{"model":'],
    ['is of another kind', changed((json) => ({ ...json, model: { ...json.model, type: 'BPE' } }))],
    ['has a gap in its ids', changed((json) => ({ ...json, model: { ...json.model, vocab: { ...json.model.vocab, extra: 9999 } } }))],
    ['lacks [SEP]', changed((json) => ({ ...json, model: { ...json.model, vocab: { '[PAD]': 0, '[UNK]': 1, '[CLS]': 2, '[MASK]': 3 } } }))],
    [
      'has another id for [PAD]',
      changed((json) => ({ ...json, model: { ...json.model, vocab: { ...json.model.vocab, '[PAD]': 1, '[UNK]': 0 } } })),
    ],
  ])('is refused where it %s', (_, text) => {
    expect(() => createTokenizer(text)).toThrow(expect.objectContaining({ info: expect.objectContaining({ code: 'MODEL_INVALID' }) }))
  })
})

describe('batches', () => {
  const examples = [
    { text: 'a', label: 3 },
    { text: 'oil prices jump after', label: 1 },
    { text: 'a a a a', label: 2 },
  ]
  const tokenized = tokenizeExamples(tokenizer, examples, 64)

  it('pad to the longest row, rounded up, and fill missing rows with weight 0', () => {
    const batch = makeBatch(tokenized, [0, 2], { rows: 3, lengthMultiple: 8 })
    expect(batch).toMatchObject({ rows: 3, length: 8, exampleCount: 2, tokenCount: 3 + 6 })
    expect([...batch.attentionMask]).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    expect([...batch.ids.subarray(0, 8)]).toEqual([...tokenized.ids[0]!, 0, 0, 0, 0, 0])
    expect([...batch.ids.subarray(16)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect([...batch.labels]).toEqual([3, 2, 0])
    expect([...batch.weights]).toEqual([1, 1, 0])
  })

  it('do not pad beyond what the model takes', () => {
    const ids = [Int32Array.from({ length: 11 }, () => 5)]
    expect(makeBatch({ ids, labels: Int32Array.of(0) }, [0], { rows: 1, lengthMultiple: 8, maxLength: 12 }).length).toBe(12)
    expect(makeBatch({ ids, labels: Int32Array.of(0) }, [0], { rows: 1, lengthMultiple: 8 }).length).toBe(16)
  })

  it('may be empty, and refuse more examples than rows', () => {
    expect(makeBatch(tokenized, [], { rows: 2, lengthMultiple: 8 })).toMatchObject({ rows: 2, length: 8, exampleCount: 0, tokenCount: 0 })
    expect(() => makeBatch(tokenized, [0, 1, 2], { rows: 2, lengthMultiple: 8 })).toThrow(RangeError)
  })
})

describe('the vocabulary of bert-base-uncased', () => {
  it('gives the ids that are known of it', (ctx) => {
    const file = join(projectRoot, '../shared/data/vocab/tokenizer.json')
    ctx.skip(!existsSync(file), '../shared/data/vocab is not here')
    const bert = createTokenizer(readFileSync(file, 'utf8'))
    expect(bert.vocabSize).toBe(30522)
    expect([...bert.encode('Hello, world!', 32).ids]).toEqual([101, 7592, 1010, 2088, 999, 102])
    expect(bert.encode('Unaffable embeddings', 32).tokens).toEqual([
      '[CLS]',
      'una',
      '##ffa',
      '##ble',
      'em',
      '##bed',
      '##ding',
      '##s',
      '[SEP]',
    ])
    expect([...bert.encode('The quick brown fox jumps over the lazy dog.', 32).ids]).toEqual([
      101, 1996, 4248, 2829, 4419, 14523, 2058, 1996, 13971, 3899, 1012, 102,
    ])
    expect(bert.encode('Café ☃', 32).tokens).toEqual(['[CLS]', 'cafe', '[UNK]', '[SEP]'])
  })
})
