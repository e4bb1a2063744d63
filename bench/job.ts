/**
 * A model and a batch on disk, from which both sides begin: random weights, random tokens, rows of different lengths
 * padded to the longest. Read back by our workers and by `torch/distilbert.py`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Batch } from '../electron/data/types.ts'
import { countParameters, initializeParameters, ParameterArena } from '../electron/engine/parameters.ts'
import { randomIntegers } from '../electron/ddp/random.ts'
import { distilbertTraits, modelConfigSchema, modelPresets, type ModelConfig, type ModelPresetName } from '../shared/domain/model-config.ts'

export interface JobShape {
  model: ModelPresetName
  rows: number
  length: number
  /** Shortest row, tokens; the others are longer at random. Absent: all are full. */
  shortest?: number
}

const jobSchema = z.looseObject({ config: modelConfigSchema, rows: z.int(), length: z.int() })

export function benchModelConfig(model: ModelPresetName): ModelConfig {
  const { dim, hiddenDim, nLayers, nHeads, vocabSize, maxPositionEmbeddings } = modelPresets[model]
  const sizes = { ...distilbertTraits, dim, hiddenDim, nLayers, nHeads, vocabSize, maxPositionEmbeddings }
  return { ...sizes, dropout: 0, attentionDropout: 0, seqClassifDropout: 0, labels: ['World', 'Sports', 'Business', 'Sci/Tech'] }
}

function writeJob(directory: string, { model, rows, length, shortest = length }: JobShape): void {
  const config = benchModelConfig(model)
  const arena = new ParameterArena(config)
  initializeParameters(arena, 1)
  const write = (name: string, data: Float32Array | Int32Array): void =>
    writeFileSync(join(directory, name), new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  const flat = new Float32Array(countParameters(arena.specs))
  let offset = 0
  for (const { name, size } of arena.specs) {
    flat.set(arena.parameter(name), offset)
    offset += size
  }
  write('parameters.bin', flat)
  const below = randomIntegers(1, 2, 3)
  const lengths = Array.from({ length: rows }, (_, row) => (row === 0 ? length : shortest + below(length - shortest + 1)))
  const ids = new Int32Array(rows * length)
  const mask = new Float32Array(rows * length)
  for (const [row, tokens] of lengths.entries()) {
    for (let position = 0; position < tokens; position++) ids[row * length + position] = 1 + below(config.vocabSize - 1)
    mask.fill(1, row * length, row * length + tokens)
  }
  write('ids.bin', ids)
  write('mask.bin', mask)
  write(
    'labels.bin',
    Int32Array.from({ length: rows }, () => below(4)),
  )
  write('weights.bin', new Float32Array(rows).fill(1))
  const parameters = arena.specs.map(({ name, shape }) => ({ name, shape }))
  writeFileSync(join(directory, 'job.json'), JSON.stringify({ config, parameters, rows, length }))
}

/** Writes a job into a folder that lasts as long as `use`. */
export async function withJob<T>(shape: JobShape, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'distrinews-bench-'))
  try {
    writeJob(directory, shape)
    return await use(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export function readJob(directory: string): { arena: ParameterArena; batch: Batch } {
  const { config, rows, length } = jobSchema.parse(JSON.parse(readFileSync(join(directory, 'job.json'), 'utf8')))
  const read = (name: string): ArrayBuffer => {
    const { buffer, byteOffset, byteLength } = readFileSync(join(directory, name))
    return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
  }
  const arena = new ParameterArena(config)
  const flat = new Float32Array(read('parameters.bin'))
  let offset = 0
  for (const { name, size } of arena.specs) {
    arena.parameter(name).set(flat.subarray(offset, offset + size))
    offset += size
  }
  const attentionMask = new Float32Array(read('mask.bin'))
  const batch: Batch = {
    rows,
    length,
    ids: new Int32Array(read('ids.bin')),
    attentionMask,
    labels: new Int32Array(read('labels.bin')),
    weights: new Float32Array(read('weights.bin')),
    exampleCount: rows,
    tokenCount: attentionMask.reduce((sum, one) => sum + one, 0),
  }
  return { arena, batch }
}
