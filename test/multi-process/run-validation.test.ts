/** Real ranks that validate within their epochs, end at a target, and compute padding or not. */
import { describe, expect, it } from 'vitest'
import { loadNewestValid } from '../../electron/checkpoint/store.ts'
import type { Padding } from '../../shared/domain/run-config.ts'
import { createBench } from '../helpers/training-runs.ts'

describe('a run with a target', () => {
  it('validates in the middle of epochs, and ends with a checkpoint at the first validation that reaches it', async () => {
    const bench = await createBench(300)
    // Any accuracy is enough: the first validation ends it.
    const run = await bench.start(bench.config({ validationsPerEpoch: 5, targetAccuracy: 0.001, epochs: 50 }))
    const record = await run.finished
    const { steps, epochs } = run.detail()
    expect(record.state).toBe('done')
    expect(record.notes).toContain('Ended after step 3: validation accuracy has reached 0.001.')
    expect(steps.map(({ step, validation }) => [step, validation?.count ?? null])).toEqual([
      [1, null],
      [2, null],
      [3, 60],
    ])
    expect(epochs).toHaveLength(1)
    expect(epochs[0]).toMatchObject({ step: 3, validationAccuracy: steps[2]!.validation!.accuracy })
    expect((await loadNewestValid(run.runDirectory)).checkpoint?.state.step).toBe(3)
  })

  it('that it does not reach ends as it would without', async () => {
    const bench = await createBench(300)
    const train = async (change: object) => {
      const run = await bench.start(bench.config({ worldSize: 1, epochs: 1, ...change }))
      await run.finished
      return run.detail()
    }
    const [plain, watched] = [await train({}), await train({ validationsPerEpoch: 3, targetAccuracy: 1 })]
    expect(watched.steps.map(({ globalLoss }) => globalLoss)).toEqual(plain.steps.map(({ globalLoss }) => globalLoss))
    expect(watched.steps.filter(({ validation }) => validation).map(({ step }) => step)).toEqual([10, 20])
    expect(watched.record.state).toBe('done')
  })
})

it('a run computes as much padding as its policy says, and learns the same', async () => {
  const bench = await createBench(300)
  const train = async (padding: Padding, change: object = {}) => {
    const run = await bench.start(bench.config({ worldSize: 1, epochs: 1, padding, ...change }))
    await run.finished
    const { steps, epochs } = run.detail()
    const sum = (of: 'tokenCount' | 'paddedTokenCount') => steps.reduce((total, { ranks }) => total + ranks[0]![of], 0)
    return { steps, epochs, tokens: sum('tokenCount'), computed: sum('paddedTokenCount') }
  }
  const none = { dropout: 0 }
  const [packed, longest, whole] = [await train('packed', none), await train('longest', none), await train('maxLength', none)]
  expect([longest.tokens, whole.tokens]).toEqual([packed.tokens, packed.tokens])
  expect(packed.computed).toBeGreaterThan(packed.tokens)
  expect(longest.computed).toBeGreaterThan(packed.computed)
  expect(whole.computed).toBe(whole.steps.length * 8 * 32)
  expect(whole.computed).toBeGreaterThan(longest.computed)
  for (const other of [longest, whole]) expect(other.epochs[0]!.validationLoss).toBeCloseTo(packed.epochs[0]!.validationLoss, 4)
  // Dropout draws the same masks as long as the grid of a batch is the same.
  const [dropping, alike] = [await train('packed', { dropout: 0.2 }), await train('longest', { dropout: 0.2 })]
  expect(alike.epochs[0]!.validationLoss).toBeCloseTo(dropping.epochs[0]!.validationLoss, 4)
  expect(Math.abs(dropping.epochs[0]!.validationLoss - packed.epochs[0]!.validationLoss)).toBeGreaterThan(1e-3)
})
