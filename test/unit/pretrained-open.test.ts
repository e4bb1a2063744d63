/** Model folders of transformers, of many makes, are opened as the same weights; what is not one is refused by name. */
import { existsSync } from 'node:fs'
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTokenizer } from '../../electron/data/tokenizer.ts'
import { parseTokenizerJson } from '../../electron/data/tokenizer-json.ts'
import { tokenizerFromVocabulary } from '../../electron/data/vocab-txt.ts'
import { loadModel } from '../../electron/inference/load.ts'
import { projectRoot } from '../../electron/paths.ts'
import { digestModel } from '../../electron/pretrained/digest.ts'
import { describeModel, openModel } from '../../electron/pretrained/open-model.ts'
import { buildKernels } from '../../scripts/build-kernels.mjs'
import { LabError } from '../../shared/contract/errors.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import {
  fileOf,
  floats,
  smallVocabulary,
  writeTransformersFolder,
  type FolderOptions,
  type RawTensor,
} from '../helpers/transformers-folders.ts'

await buildKernels()

const renamed = (rename: (name: string) => string) => (tensors: RawTensor[]) =>
  tensors.map((tensor) => ({ ...tensor, name: rename(tensor.name) }))
const withoutPrefix = renamed((name) => name.replace(/^(distil)?bert\./, ''))
const withOldNames = renamed((name) => name.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta'))
const positionIds: RawTensor = { name: 'bert.embeddings.position_ids', dtype: 'I64', shape: [1, 4], bytes: new Uint8Array(32) }

async function written(options: FolderOptions): Promise<{ directory: string } & Awaited<ReturnType<typeof writeTransformersFolder>>> {
  const directory = await temporaryDirectory()
  return { directory, ...(await writeTransformersFolder(directory, options)) }
}

describe('a model folder of transformers', () => {
  it.each<[string, FolderOptions]>([
    ['a base DistilBERT', {}],
    ['a base BERT', { architecture: 'bert' }],
    ['a classifier', { architecture: 'bert', withHead: true }],
    ['names without the prefix', { architecture: 'bert', change: withoutPrefix }],
    ['DistilBERT’s names without the prefix', { change: withoutPrefix }],
    ['gamma and beta', { architecture: 'bert', change: withOldNames }],
    ['position ids', { architecture: 'bert', change: (tensors) => [positionIds, ...tensors] }],
    ['F16', { dtype: 'F16' }],
    ['BF16', { architecture: 'bert', dtype: 'BF16' }],
    ['shards', { architecture: 'bert', shards: 3 }],
    ['one shard of F16', { shards: 1, dtype: 'F16' }],
    ['vocab.txt', { tokenizer: 'vocab.txt' }],
  ])('with %s is opened with the weights that were written', async (_what, options) => {
    const { directory, config, parameters } = await written(options)
    const model = await openModel(directory)
    expect({ ...model.config, labels: [] }).toEqual({ ...config, labels: [] })
    expect([...model.tensors.keys()].sort()).toEqual([...parameters.keys()].sort())
    for (const [name, numbers] of parameters) expect(model.tensors.get(name)!.data, name).toEqual(numbers)
    expect(model.report).toMatchObject({ unexpected: [], misshaped: [], dtypes: [options.dtype ?? 'F32'] })
    expect(await describeModel(directory)).toEqual(model.report)
  })

  it('says which tensors of the head are missing, and which tensors have no use here', async () => {
    const head = [floats('cls.predictions.bias', [2], [1, 2]), floats('cls.seq_relationship.bias', [2], [1, 2])]
    const { directory } = await written({
      architecture: 'bert',
      change: (tensors) => [...tensors.filter(({ name }) => !name.includes('pooler')), ...head],
    })
    expect(await describeModel(directory)).toMatchObject({
      hasClassifier: false,
      missing: ['bert.pooler.dense.weight', 'bert.pooler.dense.bias', 'classifier.weight', 'classifier.bias'],
      unexpected: ['cls.predictions.bias', 'cls.seq_relationship.bias'],
      config: { labels: ['LABEL_0', 'LABEL_1'] },
    })
  })

  it('with a classifier of another number of labels says so', async () => {
    const { directory } = await written({ withHead: true, configJson: { id2label: { 0: 'spam', 1: 'ham' } } })
    expect(await describeModel(directory)).toMatchObject({
      hasClassifier: false,
      missing: [],
      misshaped: [
        { name: 'classifier.weight', shape: [4, 16], expected: [2, 16] },
        { name: 'classifier.bias', shape: [4], expected: [2] },
      ],
    })
  })

  it('of BERT answers like one of the lab’s own, and without a classifier it cannot', async () => {
    const { directory, config } = await written({ architecture: 'bert', withHead: true })
    const model = await loadModel(directory, { threads: 1 })
    const { probabilities } = await model.classify('Oil prices jump')
    expect(probabilities.map(({ label }) => label)).toEqual(config.labels)
    model.dispose()
    const base = await written({ architecture: 'bert' })
    await expect(loadModel(base.directory, { threads: 1 })).rejects.toMatchObject({
      info: { code: 'MODEL_INVALID', cause: expect.stringContaining('no classifier with 2 labels (classifier.weight, classifier.bias)') },
    })
  })
})

it.each(['config.json', 'tokenizer.json', 'model-00002-of-00002.safetensors'])(
  'the digest by which ranks compare their model feels a change of %s',
  async (file) => {
    const { directory } = await written({ shards: 2 })
    const before = await digestModel(directory)
    expect(await digestModel(directory)).toBe(before)
    await appendFile(join(directory, file), ' ')
    expect(await digestModel(directory)).not.toBe(before)
  },
)

describe('a model folder that cannot be opened', () => {
  const first = (tensors: RawTensor[]): RawTensor => tensors[0]!

  it.each<[string, FolderOptions, RegExp]>([
    ['another model type', { configJson: { model_type: 'roberta' } }, /model_type must be distilbert or bert/],
    ['no model type', { configJson: { model_type: undefined } }, /model_type/],
    ['another activation', { architecture: 'bert', configJson: { hidden_act: 'gelu_new' } }, /hidden_act/],
    ['relative positions', { architecture: 'bert', configJson: { position_embedding_type: 'relative_key' } }, /position_embedding_type/],
    ['heads that do not divide', { architecture: 'bert', configJson: { num_attention_heads: 3 } }, /hidden_size 16.*num_attention_heads 3/],
    [
      'no number of layers in config.json, so twelve',
      { architecture: 'bert', configJson: { num_hidden_layers: undefined } },
      /no bert.encoder.layer.2.*more/,
    ],
    ['an encoder tensor missing', { change: (tensors) => tensors.slice(1) }, /no distilbert.embeddings.word_embeddings.weight/],
    [
      'an encoder tensor of another shape',
      { change: (tensors) => tensors.map((tensor) => (tensor === first(tensors) ? { ...tensor, shape: [70, 32] } : tensor)) },
      /word_embeddings.weight is \[70,32\] and should be \[140,16\]/,
    ],
    [
      'a parameter given under two names',
      {
        architecture: 'bert',
        change: (tensors) => [
          ...tensors,
          floats(
            'embeddings.LayerNorm.weight',
            [16],
            Array.from({ length: 16 }, () => 1),
          ),
        ],
      },
      /are both bert.embeddings.LayerNorm.weight/,
    ],
    [
      'whole numbers for weights',
      {
        change: (tensors) =>
          tensors.map((tensor) => (tensor === first(tensors) ? { ...tensor, dtype: 'I64', bytes: new Uint8Array(140 * 16 * 8) } : tensor)),
      },
      /word_embeddings.weight: only F32, F16 and BF16 are read, not I64/,
    ],
    ['a vocabulary larger than its embedding', { config: { vocabSize: 120 } }, /140 entries, its embedding 120/],
  ])('with %s is refused', async (_what, options, cause) => {
    const { directory } = await written(options)
    await expect(openModel(directory)).rejects.toMatchObject({ info: { code: 'MODEL_INVALID', cause: expect.stringMatching(cause) } })
  })

  const shard = (index: number): string => `model-0000${index}-of-00002.safetensors`
  const index = 'model.safetensors.index.json'
  it.each<[string, (directory: string) => Promise<void>, RegExp]>([
    ['a shard missing', (directory) => rm(join(directory, shard(2))), /names model-00002-of-00002.safetensors, which is not there/],
    [
      'a shard cut off',
      async (directory) => {
        const bytes = await readFile(join(directory, shard(2)))
        await writeFile(join(directory, shard(2)), bytes.subarray(0, bytes.length - 10))
      },
      /model-00002-of-00002.safetensors: the tensors cover/,
    ],
    [
      'a shard outside the folder',
      (directory) => writeFile(join(directory, index), '{"weight_map":{"a":"../evil.safetensors"}}'),
      /"..\/evil.safetensors".*no safetensors file of this folder/,
    ],
    [
      'a pickle for a shard',
      (directory) => writeFile(join(directory, index), '{"weight_map":{"a":"pytorch_model.bin"}}'),
      /pytorch_model.bin/,
    ],
    ['an empty index', (directory) => writeFile(join(directory, index), '{"weight_map":{}}'), /weight_map is empty/],
    [
      'a tensor in two shards',
      async (directory) => {
        const tensor = floats('pre_classifier.bias', [1], [1])
        await writeFile(join(directory, shard(1)), fileOf([tensor]))
        await writeFile(join(directory, shard(2)), fileOf([tensor]))
      },
      /pre_classifier.bias is in model-00001-of-00002.safetensors and in model-00002/,
    ],
    ['a tensor that is not where the index says', (directory) => writeFile(join(directory, shard(1)), fileOf([])), /is not in model-00001/],
  ])('with %s is refused', async (_what, damage, cause) => {
    const { directory } = await written({ shards: 2 })
    await damage(directory)
    await expect(openModel(directory)).rejects.toMatchObject({ info: { code: 'MODEL_INVALID', cause: expect.stringMatching(cause) } })
  })

  it('because its weights are a pickle is refused with the reason and the way out', async () => {
    const { directory } = await written({})
    await rm(join(directory, 'model.safetensors'))
    await writeFile(join(directory, 'pytorch_model.bin'), 'pickle')
    await expect(openModel(directory)).rejects.toMatchObject({
      info: {
        cause: expect.stringContaining('run whatever code it holds'),
        suggestion: expect.stringContaining('safe_serialization=True'),
      },
    })
  })
})

describe('a tokenizer from vocab.txt', () => {
  const vocabularyFolder = join(projectRoot, '..', 'shared', 'data', 'vocab')

  it('of bert-base-uncased is the one of its tokenizer.json', async (context) => {
    context.skip(!existsSync(vocabularyFolder), 'the vocabulary of bert-base-uncased is not here')
    const [vocabulary, config, json] = await Promise.all(
      ['vocab.txt', 'tokenizer_config.json', 'tokenizer.json'].map((name) => readFile(join(vocabularyFolder, name), 'utf8')),
    )
    expect(tokenizerFromVocabulary(vocabulary!, JSON.parse(config!))).toEqual(parseTokenizerJson(json!))
  })

  it('takes case from tokenizer_config.json', () => {
    const cased = tokenizerFromVocabulary(smallVocabulary.join('\n'), { do_lower_case: false })
    expect(cased.normalizer).toMatchObject({ lowercase: false, strip_accents: null })
    expect(createTokenizer(cased).normalizer.lowercase).toBe(false)
    expect(tokenizerFromVocabulary(smallVocabulary.join('\r\n'), null)).toMatchObject({ normalizer: { lowercase: true } })
  })

  it.each<[string, string, unknown, RegExp]>([
    ['that is empty', '', null, /empty/],
    ['with a token twice', [...smallVocabulary, 'a'].join('\n'), null, /"a" is on line \d+ and on line 141/],
    ['without [SEP]', smallVocabulary.filter((token) => token !== '[SEP]').join('\n'), null, /no \[SEP\]/],
    ['of another kind', smallVocabulary.join('\n'), { tokenizer_class: 'RobertaTokenizer' }, /tokenizer_class/],
    ['with other special tokens', smallVocabulary.join('\n'), { cls_token: '<s>' }, /cls_token/],
  ])('%s is refused', (_what, vocabulary, config, cause) => {
    let error: unknown
    try {
      tokenizerFromVocabulary(vocabulary, config)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(LabError)
    expect((error as LabError).info).toMatchObject({ code: 'MODEL_INVALID', cause: expect.stringMatching(cause) })
  })
})
