/** Model folders and names that somebody else made: what the lab does not know for certain, it refuses by name. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { resolveInside } from '../../electron/checkpoint/resolve-inside.ts'
import { FileFormatError, parseUniqueJson } from '../../electron/checkpoint/strict-json.ts'
import { createTokenizer } from '../../electron/data/tokenizer.ts'
import { trainWordPiece } from '../../electron/data/wordpiece-trainer.ts'
import { loadModel } from '../../electron/inference/load.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { headlines } from '../fixtures/data/headlines.ts'
import { writeTestModel } from '../helpers/model-folders.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

type Json = Record<string, unknown>

const tokenizerJson = createTokenizer(trainWordPiece(headlines, 140)).json

function causeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof LabError && error.info.code === 'MODEL_INVALID') return error.info.cause
    throw error
  }
  return 'accepted'
}

describe('a tokenizer.json', () => {
  const withChange = (change: (file: Json) => Json): string => JSON.stringify(change(JSON.parse(tokenizerJson) as Json))
  const token = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  const added = (file: Json, extra: Json): Json => ({ ...file, added_tokens: [...(file['added_tokens'] as Json[]), extra] })
  // A regular expression that takes forever on a text of thirty letters.
  const evil = { Regex: '(a+)+$' }

  it.each<[string, (file: Json) => Json, RegExp]>([
    [
      'a normalizer with a regular expression',
      (file) => ({ ...file, normalizer: { type: 'Replace', pattern: evil, content: '' } }),
      /normalizer/,
    ],
    [
      'a sequence of normalizers',
      (file) => ({ ...file, normalizer: { type: 'Sequence', normalizers: [file['normalizer']] } }),
      /normalizer/,
    ],
    [
      'a splitter with a regular expression',
      (file) => ({ ...file, pre_tokenizer: { type: 'Split', pattern: evil, behavior: 'Isolated' } }),
      /pre_tokenizer/,
    ],
    ['another model', (file) => ({ ...file, model: { ...(file['model'] as Json), type: 'BPE' } }), /model/],
    ['another decoder', (file) => ({ ...file, decoder: { type: 'Replace', pattern: evil, content: '' } }), /decoder/],
    [
      'words without a limit',
      (file) => ({ ...file, model: { ...(file['model'] as Json), max_input_chars_per_word: 1e9 } }),
      /max_input_chars_per_word/,
    ],
    [
      'an added token beyond the vocabulary',
      (file) => added(file, { ...token, id: 100_000, content: '[X]' }),
      /\[X\].*not in the vocabulary/,
    ],
    ['an added token of another id', (file) => added(file, { ...token, id: 3, content: '[MASK]' }), /\[MASK\].*not in the vocabulary/],
    [
      'a text that is not framed',
      (file) => ({ ...file, post_processor: { ...(file['post_processor'] as Json), single: [] } }),
      /\[CLS\] … \[SEP\]/,
    ],
    ['ids with gaps', (file) => ({ ...file, model: { ...(file['model'] as Json), vocab: { '[PAD]': 0, a: 7 } } }), /without gaps/],
  ])('with %s is refused', (_what, change, cause) => {
    expect(causeOf(() => createTokenizer(withChange(change)))).toMatch(cause)
  })

  it('with a word given twice is refused', () => {
    expect(causeOf(() => createTokenizer(tokenizerJson.replace('"[UNK]":1,', '"[UNK]":1,"[UNK]":1,')))).toMatch(/a key is given twice/)
  })

  it('is accepted as the lab writes it (the tests above fail for their own reason)', () => {
    expect(causeOf(() => createTokenizer(withChange((file) => file)))).toBe('accepted')
  })

  it('keeps words that are names of an object’s own parts apart from them', () => {
    const tokenizer = createTokenizer(tokenizerJson)
    for (const id of tokenizer.encode('constructor __proto__ toString hasOwnProperty', 32).ids)
      expect(typeof tokenizer.chip(id).text).toBe('string')
  })
})

describe('a config.json', () => {
  async function withConfig(change: Json | string): Promise<string> {
    const directory = await temporaryDirectory()
    await writeTestModel(directory)
    const file = join(directory, 'config.json')
    const config = JSON.parse(await readFile(file, 'utf8')) as Json
    await writeFile(file, typeof change === 'string' ? change : JSON.stringify({ ...config, ...change }))
    return directory
  }

  it.each<[string, Json, RegExp]>([
    ['another architecture', { model_type: 'roberta' }, /model_type/],
    ['another activation', { activation: 'relu' }, /activation/],
    ['several labels at once', { problem_type: 'multi_label_classification' }, /problem_type/],
    ['another padding', { pad_token_id: 1 }, /pad_token_id/],
    ['more layers than weights', { n_layers: 1_000_000_000 }, /describes \d+ parameters, model.safetensors holds/],
    ['a vocabulary larger than its weights', { vocab_size: 2 ** 40 }, /describes \d+ parameters, model.safetensors holds/],
    ['a hole in its labels', { id2label: { 0: 'a', 2: 'c' } }, /none for 1/],
  ])('with %s is refused', async (_what, change, cause) => {
    await expect(loadModel(await withConfig(change), { threads: 1 })).rejects.toMatchObject({
      info: { code: 'MODEL_INVALID', cause: expect.stringMatching(cause) },
    })
  })

  it('that is as large as no config is, is refused before it is read', async () => {
    const directory = await withConfig(`{"a":"${'x'.repeat(33 * 1024 * 1024)}"}`)
    await expect(readModelFolder(directory)).rejects.toMatchObject({
      info: { code: 'MODEL_INVALID', cause: expect.stringContaining('more than') },
    })
  })
})

it('weights in a pickle are not even looked for', async () => {
  const directory = await temporaryDirectory()
  await writeTestModel(directory)
  const folder = await temporaryDirectory()
  for (const name of ['config.json', 'tokenizer.json']) await writeFile(join(folder, name), await readFile(join(directory, name)))
  await writeFile(join(folder, 'pytorch_model.bin'), Buffer.from('80024b012e', 'hex'))
  await expect(readModelFolder(folder)).rejects.toMatchObject({ info: { code: 'MODEL_NOT_FOUND' } })
})

describe('JSON that others wrote', () => {
  const parse = (text: string): unknown => parseUniqueJson(Buffer.from(text))

  it.each(['{"a":1,"a":1}', '{"a":{"b":1,"b":2}}', '{"a":[{"b":1,"b":2}]}', '{"a":1,"\\u0061":2}', '{"a":{},"a":{}}'])(
    'has no key twice: %s',
    (text) => {
      expect(() => parse(text)).toThrow('a key is given twice')
    },
  )

  it.each(['{}', '{"a":[1,{"b":"{,\\"c\\":1}"}],"b":{"a":1}}', '{"__proto__":1,"constructor":2}', '{ "a" : [ ] , "b" : { "c" : { } } }'])(
    'passes: %s',
    (text) => {
      expect(parse(text)).toEqual(JSON.parse(text))
    },
  )

  it('may be as deep as it likes', () => {
    expect(() => parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).not.toThrow()
    expect(() => parse('{"a":'.repeat(100_000))).toThrow(FileFormatError)
  })
})

describe('a name from outside', () => {
  it.each(['', '.', '..', '../x', 'a/../../x', '/etc/passwd', 'a\0b', '..\\x', 'C:\\x', `${'../'.repeat(50)}etc/passwd`])(
    '%j leads nowhere',
    (name) => {
      expect(() => resolveInside('/lab/runs', name)).toThrow(LabError)
    },
  )

  it.each(['a', 'a/b', '..a', '...', 'a b', 'ä'])('%j leads below its directory', (name) => {
    expect(resolveInside('/lab/runs', name)).toBe(`/lab/runs/${name}`)
  })
})
