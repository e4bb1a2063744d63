/** Frozen parameters stay as they are, and each layer learns at its own rate. */
import { describe, expect, test } from 'vitest'
import { createClassifier } from '../../electron/engine/classifier.ts'
import { frozenDepths, rateFactor } from '../../electron/engine/fine-tuning.ts'
import { AdamW } from '../../electron/engine/optimizer.ts'
import { ParameterArena, parameterSpecs } from '../../electron/engine/parameters.ts'
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import { bertTraits, makeArena, makeRandomBatch, miniatureConfig } from './engine-fixtures.ts'

const configs = { distilbert: miniatureConfig({ nLayers: 3 }), bert: miniatureConfig({ ...bertTraits, nLayers: 3 }) }

/** An arena like `makeArena`'s, with its lower depths frozen. */
function frozenArena(config: ModelConfig, freeze: string): ParameterArena {
  const arena = new ParameterArena(config, frozenDepths(freeze, config))
  arena.parameters.set(makeArena(config).parameters)
  return arena
}

describe.for(Object.entries(configs))('%s', ([, config]) => {
  const names = (depths: (depth: number) => boolean): string[] =>
    parameterSpecs(config)
      .filter(({ depth }) => depths(depth))
      .map(({ name }) => name)

  test('freezing takes the embeddings, so many layers, or all but the head', () => {
    const trainable = (freeze: string): string[] => frozenArena(config, freeze).trainable.map(({ name }) => name)
    expect(trainable('none')).toEqual(names(() => true))
    expect(trainable('embeddings')).toEqual(names((depth) => depth > 0))
    expect(trainable('2')).toEqual(names((depth) => depth > 2))
    expect(trainable('encoder').map((name) => name.replace(/^bert\./, ''))).toEqual(
      ['weight', 'bias']
        .map((part) => `${config.architecture === 'bert' ? 'pooler.dense' : 'pre_classifier'}.${part}`)
        .concat(['classifier.weight', 'classifier.bias']),
    )
    expect(names((depth) => depth === 0).every((name) => name.includes('embeddings'))).toBe(true)
    expect(names((depth) => depth === 2).every((name) => name.includes('layer.1.'))).toBe(true)
  })

  test.for(['embeddings', '1', 'encoder'])(
    'with %s frozen, the other gradients are those of the whole model, and only they',
    async (freeze) => {
      const whole = makeArena(config)
      const part = frozenArena(config, freeze)
      const batch = makeRandomBatch(config, { rows: 4 })
      for (const arena of [whole, part]) {
        const classifier = createClassifier({ config, arena, threads: 1 })
        await classifier.gradients(batch, null)
        classifier.dispose()
      }
      for (const { name } of part.trainable) expect(part.gradient(name), name).toEqual(whole.gradient(name))
      expect(part.gradients.subarray(0, part.trainableStart).every((value) => value === 0)).toBe(true)
      const squares = part.trainable.flatMap(({ name }) => [...part.gradient(name)]).reduce((sum, value) => sum + value ** 2, 0)
      // As if something else had written there: neither the norm nor the update may look.
      part.gradients.fill(7, 0, part.trainableStart)
      const optimizer = new AdamW(part, { weightDecay: 0.1 })
      expect(optimizer.gradNorm()).toBeCloseTo(Math.sqrt(squares), 4)
      const before = part.parameters.slice()
      optimizer.update({ learningRate: 0.1 })
      for (const { name, depth } of part.specs) {
        const isFrozen = depth < frozenDepths(freeze, config)
        const same = part.parameter(name).every((value, index) => value === part.slice(before, name)[index])
        expect(same || /(k_lin|key)\.bias$/.test(name), name).toBe(isFrozen || /(k_lin|key)\.bias$/.test(name))
      }
      for (const moments of [part.firstMoments, part.secondMoments])
        expect(moments.subarray(0, part.trainableStart).every((value) => value === 0)).toBe(true)
    },
  )

  test('a step of each parameter is its factor times the step at the full rate', () => {
    const decay = 0.5
    const step = (layerwiseLrDecay: number): { before: Float32Array; arena: ParameterArena } => {
      const arena = makeArena(config)
      const before = arena.parameters.slice()
      arena.gradients.fill(0.5)
      new AdamW(arena, { weightDecay: 0.1, layerwiseLrDecay }).update({ learningRate: 0.01 })
      return { before, arena }
    }
    const [full, layered] = [step(1), step(decay)]
    for (const { name, depth } of full.arena.specs) {
      const moved = ({ before, arena }: typeof full): number => arena.parameter(name)[0]! - arena.slice(before, name)[0]!
      expect(moved(layered) / moved(full), name).toBeCloseTo(decay ** (config.nLayers + 1 - depth), 2)
    }
    expect([0, 1, 3, 4].map((depth) => rateFactor(depth, decay, config))).toEqual([0.0625, 0.125, 0.5, 1])
  })
})
