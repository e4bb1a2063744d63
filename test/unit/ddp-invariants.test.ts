/**
 * What data-parallel training must not get silently wrong, each with a known-bad variant that the check is seen to catch:
 * one synchronisation per step however many micro-steps, the mean over the global batch at any number of ranks, and an
 * evaluation that leaves training's random numbers alone.
 */
import { describe, expect, test } from 'vitest'
import type { ProcessGroup } from '../../electron/collectives/process-group.ts'
import type { Batch } from '../../electron/data/types.ts'
import { Reducer } from '../../electron/ddp/reducer.ts'
import { createClassifier } from '../../electron/engine/classifier.ts'
import { evaluateBatches } from '../../electron/engine/evaluate.ts'
import type { GradientSync } from '../../electron/engine/gradient-sync.ts'
import { train, type StepResult } from '../../electron/engine/loop.ts'
import { AdamW } from '../../electron/engine/optimizer.ts'
import { HostStore } from '../../electron/engine/parameter-store.ts'
import type { ParameterArena } from '../../electron/engine/parameters.ts'
import { singleRankSync } from '../../electron/engine/single-rank-sync.ts'
import { memoryRing } from '../helpers/process-groups.ts'
import { makeArena, makeRandomBatch, miniatureConfig, pickRows, relativeDistance } from './engine-fixtures.ts'

const model = miniatureConfig()
const batch = makeRandomBatch(model, { rows: 6 })
const settings = { seed: 1, learningRate: 0.01, warmupFraction: 0 }

interface Trained {
  arena: ParameterArena
  results: StepResult[]
}

/** One rank's training; every step has the same micro-batches. `afterStep` happens between steps. */
async function trainOn(
  microBatches: readonly Batch[],
  syncOf: (arena: ParameterArena) => GradientSync,
  {
    steps = 2,
    rank = 0,
    config = model,
    maxGradNorm = 1,
    afterStep = undefined as ((arena: ParameterArena) => Promise<unknown>) | undefined,
  } = {},
): Promise<Trained> {
  const arena = makeArena(config)
  const store = new HostStore(arena)
  const results: StepResult[] = []
  for await (const result of train({
    classifier: createClassifier({ config, arena, store, threads: 1 }),
    store,
    optimizer: new AdamW(arena, { weightDecay: 0.01 }),
    sync: syncOf(arena),
    config: { ...settings, maxGradNorm },
    steps: Array.from({ length: steps }, () => ({ epoch: 0, microBatches })),
    startStep: 0,
    totalSteps: steps,
    rank,
    shouldStop: () => false,
  })) {
    results.push(result)
    await afterStep?.(arena)
  }
  return { arena, results }
}

const single = (): GradientSync => singleRankSync
const reducer = (group: ProcessGroup) => (arena: ParameterArena) => new Reducer({ group, arena, bucketCapBytes: 2048 })

describe('gradient accumulation', () => {
  /** How often each bucket goes round the ring in one step of so many micro-steps. */
  async function allReducesPerStep(microSteps: number, syncOf: (group: ProcessGroup) => (arena: ParameterArena) => GradientSync) {
    const perRank = await Promise.all(
      memoryRing(2).map(async (group) => {
        let count = 0
        const counted: ProcessGroup = {
          rank: group.rank,
          worldSize: group.worldSize,
          payloadBytesSent: 0,
          allReduce: (data, context) => {
            count++
            return group.allReduce(data, context)
          },
          broadcast: (...args) => group.broadcast(...args),
          barrier: (context) => group.barrier(context),
          close: () => group.close(),
        }
        const micro = Array.from({ length: microSteps }, (_, index) => pickRows(batch, [index]))
        await trainOn(micro, syncOf(counted), { steps: 1, rank: group.rank })
        return count
      }),
    )
    return perRank[0]
  }

  test('synchronises once per step, after the last micro-step', async () => {
    const once = await allReducesPerStep(1, reducer)
    expect(once).toBeGreaterThan(1)
    expect(await allReducesPerStep(4, reducer)).toBe(once)
  })

  test('the check sees a sync that runs on every micro-step', async () => {
    const eager = (group: ProcessGroup) => (arena: ParameterArena) => ({
      reduce: async (gradients: Float32Array, local: { lossSum: number; exampleCount: number }, step: number) => {
        let global = local
        for (let micro = 0; micro < 4; micro++) global = await reducer(group)(arena).reduce(gradients, local, step)
        return global
      },
    })
    expect(await allReducesPerStep(4, eager)).toBeGreaterThan((await allReducesPerStep(1, reducer))!)
  })
})

describe('the gradient of the global batch', () => {
  /** Rows of each rank: uneven, as in the last batch of an epoch. */
  const shares = [[0, 1, 2], [3, 4], [5]]
  type SyncOf = (group: ProcessGroup) => (arena: ParameterArena) => GradientSync

  /**
   * How far the gradient that reaches the optimizer on N ranks is from that of one rank with the whole batch. Read off the
   * first moments after one step, not off the parameters: AdamW is indifferent to the scale of a gradient, so that a sum in
   * the place of a mean would hardly show in what it updates.
   */
  async function distanceFromOneRank(syncOf: SyncOf): Promise<number> {
    const options = { steps: 1, maxGradNorm: 1e9 }
    const whole = await trainOn([batch], single, options)
    const parts = await Promise.all(
      memoryRing(shares.length).map((group) =>
        trainOn([pickRows(batch, shares[group.rank]!)], syncOf(group), { ...options, rank: group.rank }),
      ),
    )
    return Math.max(...parts.map(({ arena }) => relativeDistance(arena.firstMoments, whole.arena.firstMoments)))
  }

  test('is the same on three ranks with uneven shares and on one', async () => {
    expect(await distanceFromOneRank(reducer)).toBeLessThan(1e-5)
  })

  /** Sums over all ranks, scaled by `before` on each rank, and `divisor` in the place of the global example count. */
  const wrong =
    (of: (count: number, local: number, worldSize: number) => { before?: number; divisor: number }): SyncOf =>
    (group) =>
    (arena) => ({
      reduce: async (gradients, local, step) => {
        const { before = 1, divisor } = of(batch.exampleCount, local.exampleCount, group.worldSize)
        for (let index = 0; index < gradients.length; index++) gradients[index]! *= before
        const { lossSum } = await reducer(group)(arena).reduce(gradients, local, step)
        return { lossSum, exampleCount: divisor }
      },
    })

  test.for([
    { title: 'a sum that nobody divides', sync: wrong(() => ({ divisor: 1 })) },
    { title: 'a sum divided by the number of ranks', sync: wrong((_, __, worldSize) => ({ divisor: worldSize })) },
    { title: 'a sum divided by the rank’s own count', sync: wrong((_, local) => ({ divisor: local })) },
    { title: 'a mean of the ranks’ means', sync: wrong((_, local, worldSize) => ({ before: 1 / local, divisor: worldSize })) },
    { title: 'a division on both sides', sync: wrong((count) => ({ before: 1 / count, divisor: count })) },
  ])('the check sees $title', async ({ sync }) => {
    expect(await distanceFromOneRank(sync)).toBeGreaterThan(0.05)
  })

  test('with dropout off, steps of several ranks are steps of one: the same losses and norms', async () => {
    const whole = await trainOn([batch], single, { steps: 4 })
    const [first] = await Promise.all(
      memoryRing(shares.length).map((group) =>
        trainOn([pickRows(batch, shares[group.rank]!)], reducer(group), { steps: 4, rank: group.rank }),
      ),
    )
    for (const [index, { globalLoss, gradNorm }] of whole.results.entries()) {
      expect(first!.results[index]!.globalLoss).toBeCloseTo(globalLoss, 4)
      expect(first!.results[index]!.gradNorm / gradNorm).toBeCloseTo(1, 3)
    }
  })
})

describe('an evaluation between steps', () => {
  const config = miniatureConfig({ dropout: 0.3, attentionDropout: 0.3, seqClassifDropout: 0.3 })

  test('does not touch the random numbers of training', async () => {
    const plain = await trainOn([batch], single, { steps: 4, config })
    const evaluated = await trainOn([batch], single, {
      steps: 4,
      config,
      afterStep: (arena) => evaluateBatches(createClassifier({ config, arena, store: new HostStore(arena), threads: 1 }), [batch, batch]),
    })
    expect(evaluated.arena.parameters).toEqual(plain.arena.parameters)
    expect(evaluated.results.map(({ globalLoss }) => globalLoss)).toEqual(plain.results.map(({ globalLoss }) => globalLoss))
  })

  test('the check sees dropout that depends on how often a number was drawn', async () => {
    let drawn = 0
    const running = async (evaluating: boolean): Promise<Float32Array> => {
      drawn = 0
      const arena = makeArena(config)
      const classifier = createClassifier({ config, arena, store: new HostStore(arena), threads: 1 })
      const draw = () => classifier.gradients(batch, { seed: settings.seed, rank: 0, step: ++drawn, microStep: 0 })
      await draw()
      if (evaluating) drawn++
      await draw()
      return arena.gradients.slice()
    }
    expect(relativeDistance(await running(true), await running(false))).toBeGreaterThan(0.01)
  })
})
