/** What the classifier keeps between calls (graphs, sessions, tensors), and its dropout. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { createBackend, tf } from '../../electron/backend/index.ts'
import { createClassifier } from '../../electron/engine/classifier.ts'
import { dropoutSites, MaskPool } from '../../electron/engine/dropout.ts'
import type { DropoutCounter } from '../../electron/engine/random.ts'
import { makeArena, makeRandomBatch, miniatureConfig, pickRows, relativeDistance } from './engine-fixtures.ts'

const { executor } = createBackend({ threads: 1 })
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const counter: DropoutCounter = { seed: 1, rank: 0, step: 1, microStep: 0 }
const dropping = miniatureConfig({ dropout: 0.1, attentionDropout: 0.2, seqClassifDropout: 0.3 })

/** Bytes of typed arrays that are still alive. */
async function settledBufferBytes(): Promise<number> {
  collectGarbage()
  // Buffers are given back a turn after their owners are collected.
  await new Promise((resolve) => setTimeout(resolve, 50))
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

describe('replay', () => {
  test('batches of known shapes need no trace, session, tensor or buffer, over five hundred steps', async () => {
    const arena = makeArena(dropping)
    const classifier = createClassifier({ config: dropping, arena, threads: 1 })
    const batches = [8, 12].map((length) => makeRandomBatch(dropping, { rows: 2, length }))
    const step = async (index: number): Promise<void> => {
      const batch = batches[index % 2]!
      await classifier.gradients(batch, { ...counter, step: index })
      await classifier.logits(batch)
    }
    const held = () => ({
      sessions: executor.sessions.createdCount,
      captures: executor.captureCount,
      tensors: tf.memory().numTensors,
      dataIds: tf.engine().backend.numDataIds(),
    })
    for (let index = 0; index < 20; index++) await step(index)
    const [before, bufferBytes] = [held(), await settledBufferBytes()]
    for (let index = 20; index < 520; index++) await step(index)
    expect(held()).toEqual(before)
    // A leak of one batch's buffers a step would be half a megabyte.
    expect((await settledBufferBytes()) - bufferBytes).toBeLessThan(100_000)
  })

  test('one graph for each shape, one session for all shapes; a new classifier shares the sessions', async () => {
    const config = miniatureConfig({ dim: 8, dropout: 0.1 })
    const sessions = executor.sessions.createdCount
    const run = async (): Promise<number> => {
      const captures = executor.captureCount
      const classifier = createClassifier({ config, arena: makeArena(config), threads: 1 })
      for (const length of [8, 12, 8]) {
        const batch = makeRandomBatch(config, { length })
        await classifier.gradients(batch, null)
        await classifier.gradients(batch, counter)
        await classifier.logits(batch)
      }
      return executor.captureCount - captures
    }
    const captures = await run()
    // Six, and those over masks once more where a longer batch asks for a larger pool.
    expect(captures).toBeGreaterThanOrEqual(6)
    expect(captures).toBeLessThanOrEqual(9)
    // Gradients with and without dropout, logits.
    expect(executor.sessions.createdCount - sessions).toBe(3)
    await run()
    expect(executor.sessions.createdCount - sessions).toBe(3)
  })

  test('rewritten parameters count at the next call', async () => {
    const config = miniatureConfig()
    const arena = makeArena(config)
    const classifier = createClassifier({ config, arena, threads: 1 })
    const batch = makeRandomBatch(config)
    const before = await classifier.logits(batch)
    arena.parameter('classifier.bias')[2]! += 1
    const after = await classifier.logits(batch)
    expect(after[2]! - before[2]!).toBeCloseTo(1, 5)
    expect(after[1]).toBeCloseTo(before[1]!, 6)
  })

  test('disposing of a classifier gives its tensors back', () => {
    const before = tf.memory().numTensors
    createClassifier({ config: dropping, arena: makeArena(dropping), threads: 1 }).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('dropout', () => {
  const arena = makeArena(dropping)
  const classifier = createClassifier({ config: dropping, arena, threads: 1 })
  const batch = makeRandomBatch(dropping, { rows: 4 })
  const run = async (dropout: DropoutCounter | null): Promise<{ lossSum: number; gradients: Float32Array }> => {
    const { lossSum } = await classifier.gradients(batch, dropout)
    return { lossSum, gradients: arena.gradients.slice() }
  }

  test('equal counters give equal bits; another seed, rank, step or micro-step gives other masks', async () => {
    const first = await run(counter)
    expect(await run(counter)).toEqual(first)
    for (const change of [{ seed: 2 }, { rank: 1 }, { step: 2 }, { microStep: 1 }]) {
      expect((await run({ ...counter, ...change })).lossSum).not.toBe(first.lossSum)
    }
    expect((await run(null)).lossSum).not.toBe(first.lossSum)
  })

  test('the loss by itself is that of the gradients, and leaves them as they are', async () => {
    const { lossSum, gradients } = await run(counter)
    expect(await classifier.loss(batch, counter)).toBeCloseTo(lossSum, 4)
    expect(await classifier.loss(batch, null)).not.toBeCloseTo(lossSum, 4)
    expect(arena.gradients).toEqual(gradients)
    expect(await classifier.loss({ ...batch, exampleCount: 0 }, counter)).toBe(0)
  })

  test('without rates a counter changes nothing', async () => {
    const plain = miniatureConfig()
    const still = createClassifier({ config: plain, arena: makeArena(plain), threads: 1 })
    const withCounter = await still.gradients(batch, counter)
    expect(await still.gradients(batch, null)).toEqual(withCounter)
  })

  test('sites have different masks; a larger batch shape moves the masks and goes on giving the same numbers', async () => {
    const pool = new MaskPool()
    const masks = pool.allocate(dropoutSites(dropping, { rows: 4, length: 8, flat: 32 }))
    pool.fill(masks, counter)
    const [ffn0, embeddings] = ['ffn.0', 'embeddings'].map((name) => masks.find((mask) => mask.name === name)!.factors.slice())
    expect(ffn0!.length).toBe(embeddings!.length)
    expect(ffn0).not.toEqual(embeddings)

    const first = await run(counter)
    await classifier.gradients(pickRows(batch, [0, 1, 2, 3, 0, 1, 2, 3], 12), counter)
    expect(await run(counter)).toEqual(first)
  })

  test('its mean over many masks is the pass without dropout, where the model is linear in it', async () => {
    const config = miniatureConfig({ seqClassifDropout: 0.4 })
    const arena = makeArena(config)
    const classifier = createClassifier({ config, arena, threads: 1 })
    const batch = makeRandomBatch(config, { rows: 1 })
    // The gradient of the classifier's weight is (softmax − target) · pooled · factor; read factor · pooled off it.
    const sum = new Float64Array(config.dim)
    const rounds = 400
    for (let step = 1; step <= rounds; step++) {
      await classifier.gradients(batch, { ...counter, step })
      const bias = arena.gradient('classifier.bias')
      const weight = arena.gradient('classifier.weight')
      for (let index = 0; index < config.dim; index++) sum[index]! += weight[index]! / bias[0]! / rounds
    }
    await classifier.gradients(batch, null)
    const bias = arena.gradient('classifier.bias')
    const expected = arena
      .gradient('classifier.weight')
      .subarray(0, config.dim)
      .map((value) => value / bias[0]!)
    expect(relativeDistance(sum, expected)).toBeLessThan(0.1)
  })
})
