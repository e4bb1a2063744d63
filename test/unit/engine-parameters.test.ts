/** Names, counts, layout and first values of the parameters. */
import { expect, test } from 'vitest'
import { countParameters, modelPresetNames, modelPresets, type ModelConfig } from '../../shared/domain/model-config.ts'
import { initializeParameters, ParameterArena, parameterSpecs } from '../../electron/engine/parameters.ts'
import { bertTraits, miniatureConfig } from './engine-fixtures.ts'

const presetConfig = (name: keyof typeof modelPresets): ModelConfig => ({ ...miniatureConfig(), ...modelPresets[name] })

test('DistilBERT with four labels has 66,956,548 parameters', () => {
  const count = parameterSpecs(presetConfig('distilbert')).reduce((sum, { size }) => sum + size, 0)
  expect(count).toBe(66_956_548)
})

test.for(modelPresetNames)('countParameters agrees with the list of parameters of %s', (name) => {
  const config = presetConfig(name)
  const count = parameterSpecs(config).reduce((sum, { size }) => sum + size, 0)
  expect(countParameters({ ...config, labelCount: config.labels.length })).toBe(count)
})

test('bert-base-uncased with four labels has 109,485,316 parameters', () => {
  const config = { ...presetConfig('distilbert'), ...bertTraits, nLayers: 12 }
  expect(parameterSpecs(config).reduce((sum, { size }) => sum + size, 0)).toBe(109_485_316)
  expect(countParameters({ ...config, labelCount: 4 })).toBe(109_485_316)
})

test("BERT's names and order are those of transformers", () => {
  const names = parameterSpecs(miniatureConfig({ ...bertTraits, nLayers: 1 })).map(({ name }) => name)
  const pair = (name: string): string[] => [`${name}.weight`, `${name}.bias`]
  const layer = 'bert.encoder.layer.0'
  expect(names).toEqual([
    ...['word', 'position', 'token_type'].map((kind) => `bert.embeddings.${kind}_embeddings.weight`),
    ...pair('bert.embeddings.LayerNorm'),
    ...['query', 'key', 'value'].flatMap((name) => pair(`${layer}.attention.self.${name}`)),
    ...pair(`${layer}.attention.output.dense`),
    ...pair(`${layer}.attention.output.LayerNorm`),
    ...pair(`${layer}.intermediate.dense`),
    ...pair(`${layer}.output.dense`),
    ...pair(`${layer}.output.LayerNorm`),
    ...pair('bert.pooler.dense'),
    ...pair('classifier'),
  ])
})

test('names and order are those of transformers', () => {
  const names = parameterSpecs(miniatureConfig({ nLayers: 1 })).map(({ name }) => name)
  const pair = (name: string): string[] => [`${name}.weight`, `${name}.bias`]
  const layer = 'distilbert.transformer.layer.0'
  expect(names).toEqual([
    'distilbert.embeddings.word_embeddings.weight',
    'distilbert.embeddings.position_embeddings.weight',
    ...pair('distilbert.embeddings.LayerNorm'),
    ...['q_lin', 'k_lin', 'v_lin', 'out_lin'].flatMap((name) => pair(`${layer}.attention.${name}`)),
    ...pair(`${layer}.sa_layer_norm`),
    ...pair(`${layer}.ffn.lin1`),
    ...pair(`${layer}.ffn.lin2`),
    ...pair(`${layer}.output_layer_norm`),
    ...pair('pre_classifier'),
    ...pair('classifier'),
  ])
})

test('biases and LayerNorm are not decayed, everything else is', () => {
  for (const { name, decay } of parameterSpecs(miniatureConfig())) {
    expect(decay).toBe(!name.endsWith('.bias') && !/norm/i.test(name))
  }
})

test('all vectors are views of one memory, parameters begin on cache lines and do not overlap', () => {
  const arena = new ParameterArena(miniatureConfig({ labels: ['a', 'b', 'c'] }))
  const { parameters, gradients, firstMoments, secondMoments } = arena
  let end = 0
  for (const { name, size } of arena.specs) {
    const view = arena.parameter(name)
    expect(view.length).toBe(size)
    expect(view.buffer).toBe(gradients.buffer)
    expect(view.byteOffset % 64).toBe(0)
    expect(arena.offsets.get(name)).toBeGreaterThanOrEqual(end)
    end = arena.offsets.get(name)! + size
    expect(arena.gradient(name).byteOffset - view.byteOffset).toBe(gradients.byteOffset)
  }
  expect(end).toBeLessThanOrEqual(arena.flatLength)
  for (const vector of [parameters, gradients, firstMoments, secondMoments]) expect(vector.length).toBe(arena.flatLength)
  expect(() => arena.parameter('no.such.parameter')).toThrow('no.such.parameter')
})

test('fresh parameters follow transformers, and are a function of the seed alone', () => {
  const config = miniatureConfig({ dim: 64, hiddenDim: 128, vocabSize: 500 })
  const initialized = (seed: number): ParameterArena => {
    const arena = new ParameterArena(config)
    arena.parameters.fill(5)
    initializeParameters(arena, seed)
    return arena
  }
  const arena = initialized(1)
  for (const { name, shape } of arena.specs) {
    const values = arena.parameter(name)
    if (name.endsWith('.bias')) expect(values.every((value) => value === 0)).toBe(true)
    else if (shape.length === 1) expect(values.every((value) => value === 1)).toBe(true)
    else if (values.length > 4000) {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
      expect(Math.abs(mean)).toBeLessThan(0.001)
      expect(Math.abs(deviation / 0.02 - 1)).toBeLessThan(0.05)
    }
  }
  expect(
    arena
      .parameter('distilbert.embeddings.word_embeddings.weight')
      .subarray(0, 64)
      .every((value) => value === 0),
  ).toBe(true)
  expect(arena.accumulated.every((value) => value === 0)).toBe(true)
  for (const { name } of arena.specs) expect(initialized(1).parameter(name)).toEqual(arena.parameter(name))
  const weight = 'distilbert.transformer.layer.0.attention.q_lin.weight'
  expect(initialized(2).parameter(weight)).not.toEqual(arena.parameter(weight))
  expect(arena.parameter('distilbert.transformer.layer.1.attention.q_lin.weight')).not.toEqual(arena.parameter(weight))
})
