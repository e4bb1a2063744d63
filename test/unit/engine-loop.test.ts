/** The training loop with a single rank: learning, accumulation, resuming, stopping, failing. And evaluation. */
import { describe, expect, test, vi } from 'vitest'
import { LabError } from '../../shared/contract/errors.ts'
import { createClassifier } from '../../electron/engine/classifier.ts'
import { evaluateBatches } from '../../electron/engine/evaluate.ts'
import { train, type StepResult, type TrainOptions, type TrainStep } from '../../electron/engine/loop.ts'
import { AdamW } from '../../electron/engine/optimizer.ts'
import type { ParameterArena } from '../../electron/engine/parameters.ts'
import { HostStore } from '../../electron/engine/parameter-store.ts'
import { singleRankSync } from '../../electron/engine/single-rank-sync.ts'
import type { Batch } from '../../electron/data/types.ts'
import { makeArena, makeRandomBatch, miniatureConfig, pickRows, relativeDistance } from './engine-fixtures.ts'

const config = miniatureConfig()
const batch = makeRandomBatch(config, { rows: 6 })
const settings = { seed: 1, learningRate: 0.01, warmupFraction: 0.1, maxGradNorm: 1 }

function setUp(changes: Partial<TrainOptions> = {}, model = config): { arena: ParameterArena; options: TrainOptions } {
  const arena = makeArena(model)
  const options: TrainOptions = {
    classifier: createClassifier({ config: model, arena, threads: 1 }),
    store: new HostStore(arena),
    optimizer: new AdamW(arena, { weightDecay: 0.01 }),
    sync: singleRankSync,
    config: settings,
    steps: repeat([batch], 30),
    startStep: 0,
    totalSteps: 30,
    rank: 0,
    shouldStop: () => false,
    ...changes,
  }
  return { arena, options }
}

const repeat = (microBatches: readonly Batch[], count: number): TrainStep[] =>
  Array.from({ length: count }, (_, index) => ({ epoch: Math.floor(index / 10), microBatches }))

async function collect(options: TrainOptions): Promise<StepResult[]> {
  const results: StepResult[] = []
  for await (const result of train(options)) results.push(result)
  return results
}

describe('training', () => {
  test('thirty steps with dropout learn a small batch by heart', async () => {
    const model = miniatureConfig({ dropout: 0.1, attentionDropout: 0.1, seqClassifDropout: 0.1 })
    const results = await collect(setUp({}, model).options)
    expect(results.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
    expect(results.at(-1)!.epoch).toBe(2)
    expect(results.at(-1)!.globalLoss).toBeLessThan(0.5 * results[0]!.globalLoss)
  })

  test('a step reports what it did: counts, mean loss, learning rate, norm before clipping, phases', async () => {
    const { arena, options } = setUp({ steps: repeat([batch], 1) })
    const { lossSum } = await options.classifier.gradients(batch, null)
    const norm = Math.hypot(...arena.gradients) / batch.exampleCount
    const [result] = await collect(options)
    expect(result!.globalLoss).toBeCloseTo(lossSum / 6, 6)
    expect(result!.gradNorm).toBeCloseTo(norm, 4)
    expect(result!.learningRate).toBeCloseTo(0.01 / 3, 10)
    const { local } = result!
    // 34 tokens in rows of 8, and what makes a round number of them: not the grid of 48.
    expect(local).toMatchObject({ rank: 0, exampleCount: 6, tokenCount: batch.tokenCount, paddedTokenCount: 40 })
    expect(local.localLoss).toBe(result!.globalLoss)
    const { dataMs, forwardBackwardMs, allReduceMs, optimizerMs } = local.phases
    expect(dataMs + forwardBackwardMs + allReduceMs + optimizerMs).toBeCloseTo(local.stepMs, 6)
  })

  test('a step that takes padding along counts it', async () => {
    const { arena, options } = setUp({ steps: repeat([batch], 1) })
    const classifier = createClassifier({ config, arena, threads: 1, comparison: { keepPadding: true } })
    const [result] = await collect({ ...options, classifier })
    expect(result!.local).toMatchObject({ tokenCount: batch.tokenCount, paddedTokenCount: 48 })
  })

  test.for([
    {
      title: 'two micro-steps',
      micro: [
        [0, 1, 2, 3],
        [4, 5],
      ],
    },
    {
      title: 'three micro-steps',
      micro: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    },
    { title: 'micro-steps of which some are empty', micro: [[], [0, 1, 2, 3], [], [4, 5], []] },
  ])('$title give the update of the whole batch', async ({ micro }) => {
    const whole = setUp({ steps: repeat([batch], 3) })
    const expected = await collect(whole.options)
    const parts = setUp({
      steps: repeat(
        micro.map((rows) => pickRows(batch, rows)),
        3,
      ),
    })
    const results = await collect(parts.options)
    for (const [index, { globalLoss, globalExampleCount }] of results.entries()) {
      expect(globalExampleCount).toBe(6)
      expect(globalLoss).toBeCloseTo(expected[index]!.globalLoss, 4)
    }
    expect(relativeDistance(parts.arena.parameters, whole.arena.parameters)).toBeLessThan(1e-4)
  })

  test('a step reads the gradients twice: for their norm, and for the update, in which mean and clipping ride', async () => {
    const { arena, options } = setUp({ steps: repeat([batch], 1) })
    const add = vi.spyOn(arena.kernels, 'add')
    const norm = vi.spyOn(arena.kernels, 'sumOfSquares')
    const update = vi.spyOn(arena.kernels, 'adamW')
    await collect(options)
    expect(add).not.toHaveBeenCalled()
    expect(norm.mock.calls.map(([data]) => data.length)).toEqual([arena.flatLength])
    expect(update.mock.calls.reduce((sum, [{ gradients }]) => sum + gradients.length, 0)).toBe(arena.flatLength)
  })

  test('stopped and resumed with the saved state, it continues to the bit as if never stopped', async () => {
    const model = miniatureConfig({ dropout: 0.1 })
    const straight = setUp({ steps: repeat([batch], 6), totalSteps: 6 }, model)
    const expected = await collect(straight.options)

    let done = 0
    const first = setUp({ steps: repeat([batch], 6), totalSteps: 6, shouldStop: () => done++ === 3 }, model)
    expect((await collect(first.options)).length).toBe(3)

    const second = setUp({ steps: repeat([batch], 3), totalSteps: 6, startStep: 3 }, model)
    for (const vector of ['parameters', 'firstMoments', 'secondMoments'] as const) second.arena[vector].set(first.arena[vector])
    second.options.optimizer.step = first.options.optimizer.step
    const results = await collect(second.options)
    expect(results.map(({ step, globalLoss }) => [step, globalLoss])).toEqual(
      expected.slice(3).map(({ step, globalLoss }) => [step, globalLoss]),
    )
    expect(second.arena.parameters).toEqual(straight.arena.parameters)
  })

  test('a loss that is no number ends the run by name, before the parameters change', async () => {
    const { arena, options } = setUp()
    const results = train(options)
    await results.next()
    arena.parameter('classifier.bias')[0] = NaN
    const before = arena.parameters.slice()
    const error: unknown = await results.next().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LabError)
    expect((error as LabError).info.code).toBe('LOSS_NOT_FINITE')
    expect((error as LabError).info.title).toContain('step 2')
    expect(arena.parameters).toEqual(before)
  })

  test('a gradient beyond all numbers ends the run too, though the loss is finite', async () => {
    const { arena, options } = setUp({ sync: { reduce: (gradients, local) => Promise.resolve((gradients.fill(Infinity), local)) } })
    const before = arena.parameters.slice()
    await expect(collect(options)).rejects.toThrow('diverged at step 1')
    expect(arena.parameters).toEqual(before)
  })
})

describe('evaluation', () => {
  test('counts each example once, whatever the batches and their filling', async () => {
    const { arena, options } = setUp()
    const { classifier } = options
    const { lossSum } = await classifier.gradients(batch, null)
    const whole = await evaluateBatches(classifier, [batch])
    expect(whole.lossSum).toBeCloseTo(lossSum, 4)
    expect(whole.rowCount).toBe(6)
    expect(whole.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(6)
    expect(whole.correctCount).toBe(whole.confusion.reduce((sum, row, index) => sum + row[index]!, 0))

    const filling = makeRandomBatch(config, { rows: 2, filling: 2 })
    const parts = await evaluateBatches(classifier, [pickRows(batch, [0, 1]), filling, pickRows(batch, [2, 3, 4, 5])])
    expect(parts).toEqual({ ...whole, lossSum: expect.closeTo(whole.lossSum, 4) as number })

    arena.parameter('classifier.bias').set([0, 100, 0, 0])
    const { confusion } = await evaluateBatches(classifier, [batch])
    expect(confusion.every((row) => row.every((count, predicted) => predicted === 1 || count === 0))).toBe(true)
  })

  test('no batches at all give zeros', async () => {
    const { classifier } = setUp().options
    const zeros = new Array<number>(4).fill(0)
    expect(await evaluateBatches(classifier, [])).toEqual({
      lossSum: 0,
      correctCount: 0,
      rowCount: 0,
      confusion: [zeros, zeros, zeros, zeros],
    })
  })
})
