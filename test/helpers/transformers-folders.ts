/**
 * Model folders as transformers and the hub have them, small and with random weights: base models, other tasks' heads,
 * shards, 16-bit numbers, names of old releases, vocab.txt instead of tokenizer.json.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toTransformersConfig } from '../../electron/checkpoint/transformers-config.ts'
import { parseTokenizerJson } from '../../electron/data/tokenizer-json.ts'
import { createTokenizer } from '../../electron/data/tokenizer.ts'
import { trainWordPiece } from '../../electron/data/wordpiece-trainer.ts'
import { modelNames } from '../../electron/engine/parameter-specs.ts'
import type { Architecture, ModelConfig } from '../../shared/domain/model-config.ts'
import { headlines } from '../fixtures/data/headlines.ts'
import { bertTraits, makeArena, miniatureConfig } from './small-models.ts'

export type NumberType = 'F32' | 'F16' | 'BF16' | 'I64'

export interface RawTensor {
  name: string
  dtype: NumberType
  shape: readonly number[]
  bytes: Uint8Array
}

export interface FolderOptions {
  architecture?: Architecture
  config?: Partial<ModelConfig>
  dtype?: 'F32' | 'F16' | 'BF16'
  /** With a classifier of `config.labels`; else a base model. */
  withHead?: boolean
  /** Fields that config.json has besides, or instead; undefined removes one. */
  configJson?: Record<string, unknown>
  /** Last say about the tensors that are written. */
  change?: (tensors: RawTensor[]) => RawTensor[]
  /** Number of files; absent: one, without an index. */
  shards?: number
  tokenizer?: 'tokenizer.json' | 'vocab.txt'
  seed?: number
  /** Times the usual size of weights. */
  gain?: number
}

const vocabSize = 140
export const smallTokenizerJson = createTokenizer(trainWordPiece(headlines, vocabSize)).json
/** In order of their ids. */
export const smallVocabulary = Object.entries(parseTokenizerJson(smallTokenizerJson).model.vocab)
  .sort(([, a], [, b]) => a - b)
  .map(([token]) => token)

/** Writes the folder; returns its config and its parameters as the file gives them back (16-bit numbers are fewer). */
export async function writeTransformersFolder(
  directory: string,
  options: FolderOptions = {},
): Promise<{ config: ModelConfig; parameters: Map<string, Float32Array> }> {
  const {
    architecture = 'distilbert',
    dtype = 'F32',
    withHead = false,
    change = (all) => all,
    shards,
    tokenizer = 'tokenizer.json',
    seed,
    gain = 4,
  } = options
  const config = miniatureConfig({
    ...(architecture === 'bert' ? bertTraits : {}),
    vocabSize,
    maxPositionEmbeddings: 32,
    ...options.config,
  })
  const arena = makeArena(config, { gain, ...(seed === undefined ? {} : { seed }) })
  const { pooler, classifier } = modelNames[architecture]
  const isHead = (name: string): boolean =>
    name.startsWith(`${classifier}.`) || (architecture === 'distilbert' && name.startsWith(`${pooler}.`))
  const parameters = new Map<string, Float32Array>()
  const tensors: RawTensor[] = []
  for (const { name, shape } of arena.specs) {
    if (isHead(name) && !withHead) continue
    const numbers = Float32Array.from(arena.parameter(name), (value) => rounded(value, dtype))
    parameters.set(name, numbers)
    tensors.push({ name, dtype, shape, bytes: encode(numbers, dtype) })
  }
  await mkdir(directory, { recursive: true })
  const { id2label, label2id, ...rest } = toTransformersConfig(config)
  const configJson = { ...rest, ...(withHead ? { id2label, label2id } : {}), ...options.configJson }
  await writeFile(join(directory, 'config.json'), JSON.stringify(configJson))
  await writeWeights(directory, change(tensors), shards)
  await writeFile(join(directory, 'tokenizer_config.json'), JSON.stringify({ do_lower_case: true, strip_accents: true }))
  if (tokenizer === 'tokenizer.json') await writeFile(join(directory, 'tokenizer.json'), smallTokenizerJson)
  else await writeFile(join(directory, 'vocab.txt'), `${smallVocabulary.join('\n')}\n`)
  return { config, parameters }
}

async function writeWeights(directory: string, tensors: readonly RawTensor[], shards: number | undefined): Promise<void> {
  if (shards === undefined) return writeFile(join(directory, 'model.safetensors'), fileOf(tensors))
  const weightMap: Record<string, string> = {}
  for (let shard = 0; shard < shards; shard++) {
    const name = `model-0000${shard + 1}-of-0000${shards}.safetensors`
    const own = tensors.filter((_, index) => index % shards === shard)
    for (const tensor of own) weightMap[tensor.name] = name
    await writeFile(join(directory, name), fileOf(own))
  }
  await writeFile(join(directory, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: weightMap }))
}

/** A safetensors file of these tensors, of any type. */
export function fileOf(tensors: readonly RawTensor[]): Buffer {
  let end = 0
  const header = Object.fromEntries(
    tensors.map(({ name, dtype, shape, bytes }) => [name, { dtype, shape, data_offsets: [end, (end += bytes.byteLength)] }]),
  )
  const json = Buffer.from(JSON.stringify(header))
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(json.byteLength))
  return Buffer.concat([prefix, json, ...tensors.map(({ bytes }) => bytes)])
}

export const floats = (name: string, shape: readonly number[], numbers: readonly number[]): RawTensor => ({
  name,
  dtype: 'F32',
  shape,
  bytes: encode(Float32Array.from(numbers), 'F32'),
})

/** The nearest number (for F16: not larger in size) that the type has; small enough ones only. */
function rounded(value: number, dtype: 'F32' | 'F16' | 'BF16'): number {
  if (dtype === 'F32') return value
  const bits = new Uint32Array(Float32Array.of(value).buffer)
  // Seven bits of fraction are left in BF16, ten in F16.
  bits[0]! &= dtype === 'BF16' ? 0xffff0000 : 0xffffe000
  const [cut] = new Float32Array(bits.buffer)
  return dtype === 'F16' && Math.abs(cut!) < 2 ** -14 ? 0 : cut!
}

function encode(numbers: Float32Array, dtype: 'F32' | 'F16' | 'BF16'): Uint8Array {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length)
  if (dtype === 'F32') return new Uint8Array(numbers.slice().buffer)
  if (dtype === 'BF16') return new Uint8Array(Uint16Array.from(bits, (word) => word >>> 16).buffer)
  const half = (word: number): number => {
    if ((word & 0x7fffffff) === 0) return 0
    const exponent = ((word >>> 23) & 0xff) - 127 + 15
    return ((word >>> 16) & 0x8000) | (exponent << 10) | ((word >>> 13) & 0x3ff)
  }
  return new Uint8Array(Uint16Array.from(bits, half).buffer)
}
