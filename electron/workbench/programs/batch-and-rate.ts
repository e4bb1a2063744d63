/** Experiment 3: one and two ranks, a global batch of 32 and of 64, over the same rows. Does the learning rate grow with the batch? */
import { Reducer } from '../../ddp/reducer.ts'
import { evaluateBatches } from '../../engine/evaluate.ts'
import { singleRankSync } from '../../engine/single-rank-sync.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'
import { collectSteps } from '../rank/train-steps.ts'

const usualBatch = 32

const program: RankProgram<'batch-and-rate'> = async (context) => {
  const { rank, worldSize, input } = context
  const { arm, samples, learningRate, seed } = input
  const news = await readNews(context, { rows: samples, validation: 128 })
  const validation = batchOf(news.validationTokens, [...news.validationRows.keys()])

  const rateFor = (globalBatch: number): number => {
    // region fixed
    // Half as many steps over the same rows: each must go further.
    const scaled = learningRate * (globalBatch / usualBatch)
    // endregion
    // region broken
    const same = learningRate
    // endregion
    return arm === 'fixed' ? scaled : same
  }
  let validationLossBefore = 0
  const trainWith = async (ranks: 1 | 2, globalBatch: number) => {
    context.progress(`trains ${ranks} × ${globalBatch / ranks}`)
    const model = await makeModel(context, news, { seed })
    const validationLoss = async (): Promise<number> => (await evaluateBatches(model.classifier, [validation])).lossSum / validation.rows
    validationLossBefore = await validationLoss()
    const microBatch = globalBatch / ranks
    const own = ranks === 1 ? 0 : rank
    const rate = rateFor(globalBatch)
    const steps = await collectSteps(model, {
      rank: own,
      sync: ranks === 1 ? singleRankSync : new Reducer({ group: context.group, arena: model.arena, bucketCapBytes: usualBucketCapBytes }),
      steps: samples / globalBatch,
      learningRate: rate,
      seed,
      batches: (index) => [batchOf(news.tokens, rowRange(index * globalBatch + own * microBatch, microBatch, news.rows.length))],
    })
    const curve = { ranks, microBatch, globalBatch, learningRate: rate, losses: steps.map(({ globalLoss }) => globalLoss) }
    const after = { ...curve, validationLoss: await validationLoss() }
    model.classifier.dispose()
    return after
  }

  // Alone, side by side: rank 0 with 32 rows, rank 1 with 64.
  const curves = [await trainWith(1, rank === 0 ? usualBatch : 2 * usualBatch)]
  for (const globalBatch of [usualBatch, 2 * usualBatch]) curves.push(await trainWith(worldSize as 2, globalBatch))
  return { validationLossBefore, curves }
}

export default program
