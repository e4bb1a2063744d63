/** Fresh parameters, as transformers initialises BERT and DistilBERT. */
import { initializationCounter } from './random.ts'
import { modelNames, paddingId } from './parameter-specs.ts'
import type { ParameterArena } from './parameters.ts'

const standardDeviation = 0.02

/**
 * Matrices normal(0, 0.02), biases 0, LayerNorm weights 1, the padding row of the word embeddings 0. Uses `accumulated` as scratch.
 * `only`: leaves all others as they are.
 */
export function initializeParameters(arena: ParameterArena, seed: number, only?: ReadonlySet<string>): void {
  for (const [index, { name, shape, size }] of arena.specs.entries()) {
    if (only && !only.has(name)) continue
    const parameter = arena.parameter(name)
    if (shape.length === 1) {
      const isLayerNormWeight = /norm\.weight$/i.test(name)
      parameter.fill(isLayerNormWeight ? 1 : 0)
      continue
    }
    const { buffer, byteOffset } = arena.accumulated
    const words = new Uint32Array(buffer, byteOffset, Math.ceil(size / 16) * 16)
    arena.kernels.randomWords(words, initializationCounter(seed, index))
    fillNormal(parameter, words)
  }
  arena.accumulated.fill(0)
  const { architecture, dim } = arena.config
  const { wordEmbeddings } = modelNames[architecture]
  if (!only || only.has(wordEmbeddings)) arena.parameter(wordEmbeddings).fill(0, paddingId * dim, (paddingId + 1) * dim)
}

/** Box–Muller: two uniform words make two normal numbers. */
function fillNormal(values: Float32Array, words: Uint32Array): void {
  for (let index = 0; index < values.length; index += 2) {
    // (word + ½) / 2³² lies inside (0, 1): the logarithm is finite.
    const radius = standardDeviation * Math.sqrt(-2 * Math.log((words[index]! + 0.5) / 2 ** 32))
    const angle = (2 * Math.PI * words[index + 1]!) / 2 ** 32
    values[index] = radius * Math.cos(angle)
    if (index + 1 < values.length) values[index + 1] = radius * Math.sin(angle)
  }
}
