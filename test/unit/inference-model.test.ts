/** A model folder that answers: probabilities, tokens as the model saw them, truncation, evaluation, faults. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Example } from '../../electron/data/types.ts'
import { loadModel, type LoadedModel } from '../../electron/inference/load.ts'
import { ModelCache } from '../../electron/inference/model-cache.ts'
import { softmax } from '../../electron/inference/softmax.ts'
import { buildKernels } from '../../scripts/build-kernels.mjs'
import { evaluationSchema } from '../../shared/domain/evaluation.ts'
import { predictionSchema } from '../../shared/domain/prediction.ts'
import { headlines } from '../fixtures/data/headlines.ts'
import { modelLabels, modelMaxLength, writeTestModel } from '../helpers/model-folders.ts'

await buildKernels()

let directory: string
let model: LoadedModel
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'inference-'))
  await writeTestModel(join(directory, 'model'))
  model = await loadModel(join(directory, 'model'), { threads: 1 })
})
afterAll(async () => {
  model.dispose()
  await rm(directory, { recursive: true })
})

describe('classifying a headline', () => {
  it('gives a probability for each label, which add up to 1, and the largest as the answer', async () => {
    const answer = await model.classify('Oil prices jump')
    expect(predictionSchema.omit({ checkpoint: true }).parse(answer)).toEqual(answer)
    expect(answer.probabilities.map(({ label }) => label)).toEqual(modelLabels)
    const chances = answer.probabilities.map(({ probability }) => probability)
    expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12)
    expect(answer.confidence).toBe(Math.max(...chances))
    expect(answer.label).toBe(modelLabels[chances.indexOf(answer.confidence)])
  })

  it('shows the tokens that the model saw, without padding: it is alone', async () => {
    const { tokens, truncatedTokens } = await model.classify('a')
    expect(tokens.map(({ kind }) => kind)).toEqual(['special', 'word', 'special'])
    expect(truncatedTokens).toEqual([])
  })

  it('shows what was cut off, and answers from the rest', async () => {
    const { tokens, truncatedTokens, maxLength } = await model.classify(headlines[0]!)
    expect(maxLength).toBe(modelMaxLength)
    expect(tokens).toHaveLength(modelMaxLength)
    expect(tokens.at(-1)?.text).toBe('[SEP]')
    expect(truncatedTokens.length).toBeGreaterThan(0)
  })

  it('gives the same answer to the same text and answers to texts that are nothing much', async () => {
    const { probabilities } = await model.classify('Striker strikes')
    await model.classify(headlines[3]!)
    expect((await model.classify('Striker strikes')).probabilities).toEqual(probabilities)
    for (const text of ['', '☃', 'x'.repeat(20_000)]) expect((await model.classify(text)).confidence).toBeGreaterThan(0.2)
  })
})

describe('classifying many', () => {
  it('answers as one by one, in the order of the texts, whatever shares their batch', async () => {
    const texts = Array.from({ length: 70 }, (_, index) => `${headlines[index % headlines.length]} ${index}`.slice((index * 7) % 40))
    const answers = await model.classifyMany(texts)
    expect(answers).toHaveLength(70)
    for (const [index, text] of texts.entries()) {
      const { label, confidence, probabilities, truncatedTokens } = await model.classify(text)
      expect(answers[index]).toMatchObject({ label, truncatedCount: truncatedTokens.length })
      expect(answers[index]!.confidence).toBeCloseTo(confidence, 5)
      expect(answers[index]!.probabilities.map((entry) => entry.label)).toEqual(probabilities.map((entry) => entry.label))
    }
    expect(new Set(answers.map(({ label }) => label)).size).toBeGreaterThan(1)
    expect(await model.classifyMany([])).toEqual([])
  })
})

describe('evaluating', () => {
  it('counts every row exactly once and agrees with classifying one by one', async () => {
    // 70 rows: more than two batches, the last not full.
    const texts = Array.from({ length: 70 }, (_, index) => `${headlines[index % headlines.length]} ${index}`)
    const examples: Example[] = texts.map((text, index) => ({ text, label: index % 4 }))
    const evaluation = await model.evaluate(examples, 3)
    expect(evaluationSchema.parse(evaluation)).toEqual(evaluation)

    const confusion = modelLabels.map(() => modelLabels.map(() => 0))
    let lossSum = 0
    for (const { text, label } of examples) {
      const { label: answer, probabilities } = await model.classify(text)
      confusion[label]![modelLabels.indexOf(answer)]!++
      lossSum -= Math.log(probabilities[label]!.probability)
    }
    expect(evaluation).toMatchObject({ rowCount: 70, confusion, labels: modelLabels, badRowCount: 3 })
    expect(evaluation.meanLoss).toBeCloseTo(lossSum / 70, 4)
    expect(evaluation.correctCount).toBe(confusion.reduce((sum, row, index) => sum + row[index]!, 0))
    expect(evaluation.accuracy).toBe(evaluation.correctCount / 70)
    expect(evaluation.accuracyInterval[0]).toBeLessThan(evaluation.accuracy)
    expect(evaluation.accuracyInterval[1]).toBeGreaterThan(evaluation.accuracy)
    expect(evaluation.perClass.map(({ support }) => support)).toEqual([18, 18, 17, 17])
  })
})

describe('a model folder that cannot be used', () => {
  const load = async (name: string, changes: Parameters<typeof writeTestModel>[1]): Promise<LoadedModel> => {
    await writeTestModel(join(directory, name), changes)
    return loadModel(join(directory, name), { threads: 1 })
  }
  const invalid = (cause: RegExp) => ({ info: { code: 'MODEL_INVALID', cause: expect.stringMatching(cause) } })

  it('is named where there is none', async () => {
    await expect(loadModel(join(directory, 'nowhere'), { threads: 1 })).rejects.toMatchObject({ info: { code: 'MODEL_NOT_FOUND' } })
  })

  it('is refused where its vocabulary is larger than its embedding', async () => {
    await expect(load('narrow', { config: { vocabSize: 100 } })).rejects.toMatchObject(invalid(/140 entries, its embedding 100/))
  })

  it('is refused where it answers with what is no number', async () => {
    const broken = await load('nan', { spoil: (arena) => arena.parameter('classifier.bias').fill(Number.NaN) })
    await expect(broken.classify('a')).rejects.toMatchObject(invalid(/not a number/))
    broken.dispose()
  })
})

describe('keeping models loaded', () => {
  it('loads a folder once, again when its weights were renewed, and forgets the one used longest ago', async () => {
    const cache = new ModelCache(1)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => join(directory, name))
    for (const folder of [a, b, c]) await writeTestModel(folder!)
    const first = await cache.get(a!)
    expect(await cache.get(a!)).toBe(first)
    await writeTestModel(a!, { seed: 2, step: 20 })
    const renewed = await cache.get(a!)
    expect(renewed).not.toBe(first)
    expect(renewed.lab?.step).toBe(20)

    const second = await cache.get(b!)
    expect(await cache.get(a!)).toBe(renewed)
    await cache.get(c!)
    expect(await cache.get(a!)).toBe(renewed)
    expect(await cache.get(b!)).not.toBe(second)
  })
})

describe('softmax', () => {
  it('keeps its shape where exponentials would overflow', () => {
    expect(softmax([1000, 1000])).toEqual([0.5, 0.5])
    expect(softmax([0, -2000])).toEqual([1, 0])
    expect(softmax([1, 2, 3]).reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 15)
  })
})
