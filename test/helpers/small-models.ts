/**
 * Small models and random batches for the engine's tests. Knows no TensorFlow.js: importing that takes seconds. The
 * kernels must have been built: import unit/engine-fixtures.ts instead, where they may not be.
 */
import { distilbertTraits, type ModelConfig } from '../../shared/domain/model-config.ts'
import type { Batch } from '../../electron/data/types.ts'
import { initializeParameters, ParameterArena } from '../../electron/engine/parameters.ts'

export function miniatureConfig(changes: Partial<ModelConfig> = {}): ModelConfig {
  return {
    ...distilbertTraits,
    dim: 16,
    hiddenDim: 24,
    nLayers: 2,
    nHeads: 2,
    vocabSize: 40,
    maxPositionEmbeddings: 12,
    dropout: 0,
    attentionDropout: 0,
    seqClassifDropout: 0,
    labels: ['World', 'Sports', 'Business', 'Sci/Tech'],
    ...changes,
  }
}

/** The same as BERT. */
export const bertTraits = { architecture: 'bert', typeVocabSize: 2, layerNormEpsilon: 1e-12 } as const

/** Parameters `gain` times the usual size, biases included, so that no part of the model is near linear. */
export function makeArena(config: ModelConfig, { seed = 7, gain = 8 } = {}): ParameterArena {
  const arena = new ParameterArena(config)
  initializeParameters(arena, seed)
  const random = randomNumbers(seed)
  for (const { name, shape } of arena.specs) {
    const parameter = arena.parameter(name)
    for (let index = 0; index < parameter.length; index++) {
      if (shape.length === 1) parameter[index]! += 0.1 * (random() - 0.5)
      else parameter[index]! *= gain
    }
  }
  return arena
}

/** Rows of random lengths; the last `filling` rows are filling. */
export function makeRandomBatch(
  config: ModelConfig,
  { rows = 3, length = 8, filling = 0, seed = 3 }: { rows?: number; length?: number; filling?: number; seed?: number } = {},
): Batch {
  const random = randomNumbers(seed)
  const batch: Batch = {
    rows,
    length,
    ids: new Int32Array(rows * length),
    attentionMask: new Float32Array(rows * length),
    labels: new Int32Array(rows),
    weights: new Float32Array(rows),
    exampleCount: rows - filling,
    tokenCount: 0,
  }
  for (let row = 0; row < rows; row++) {
    const isFilling = row >= rows - filling
    const tokens = isFilling ? 1 : 2 + Math.floor(random() * (length - 1))
    for (let position = 0; position < tokens; position++) {
      batch.ids[row * length + position] = isFilling ? 0 : 1 + Math.floor(random() * (config.vocabSize - 1))
      batch.attentionMask[row * length + position] = 1
    }
    if (isFilling) continue
    batch.tokenCount += tokens
    batch.labels[row] = Math.floor(random() * config.labels.length)
    batch.weights[row] = 1
  }
  return batch
}

/** The chosen rows of `batch`, padded to `length`, as a batch of their own. */
export function pickRows(batch: Batch, rows: readonly number[], length = batch.length): Batch {
  const pad = <T extends Int32Array | Float32Array>(source: T, target: T): T => {
    for (const [to, from] of rows.entries()) target.set(source.subarray(from * batch.length, (from + 1) * batch.length), to * length)
    return target
  }
  const attentionMask = pad(batch.attentionMask, new Float32Array(rows.length * length))
  const weights = Float32Array.from(rows, (row) => batch.weights[row]!)
  return {
    rows: rows.length,
    length,
    ids: pad(batch.ids, new Int32Array(rows.length * length)),
    attentionMask,
    labels: Int32Array.from(rows, (row) => batch.labels[row]!),
    weights,
    exampleCount: weights.reduce((sum, weight) => sum + weight, 0),
    tokenCount: attentionMask.reduce((sum, one) => sum + one, 0),
  }
}

/** Uniform in [0, 1): Mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let word = Math.imul(state ^ (state >>> 15), 1 | state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
}

/** ‖a − b‖ / ‖b‖ */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0
  let norm = 0
  for (let index = 0; index < b.length; index++) {
    difference += (a[index]! - b[index]!) ** 2
    norm += b[index]! ** 2
  }
  return Math.sqrt(difference / norm)
}
