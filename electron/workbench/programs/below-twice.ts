/** Experiment 17: a healthy pair of ranks, and four reasons why two ranks are not twice as fast. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Reducer } from '../../ddp/reducer.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, median, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'
import { collectSteps } from '../rank/train-steps.ts'

/** Each new shape is compiled once: batches come again after so many steps, and the warm-up has seen them all. */
const warmUp = 4
const slowMs = 120

const program: RankProgram<'below-twice'> = async (context) => {
  const { rank, worldSize, group, input } = context
  const { arm, steps } = input
  const news = await readNews(context, { rows: 1024 })
  const model = await makeModel(context, news)
  const { classifier } = model

  // region tiny-batch
  const microBatch = arm === 'tiny-batch' ? 1 : 64
  // endregion
  // region small-buckets
  const bucketCapBytes = arm === 'small-buckets' ? 1024 : usualBucketCapBytes
  // endregion
  const sync = new Reducer({ group, arena: model.arena, bucketCapBytes })
  const batches = async (index: number) => {
    // region starved-loader
    if (arm === 'starved-loader') await sleep(slowMs) // Rows from a slow disk, and nobody reads ahead.
    // endregion
    return [batchOf(news.tokens, rowRange(((index % warmUp) * worldSize + rank) * microBatch, microBatch, news.rows.length))]
  }
  const slowed: typeof classifier = {
    ...classifier,
    labelCount: classifier.labelCount,
    logits: (batch) => classifier.logits(batch),
    gradients: async (batch, dropout) => {
      const sums = await classifier.gradients(batch, dropout)
      // region straggler
      if (arm === 'straggler' && rank === 1) await sleep(slowMs) // An older processor, or one that throttles.
      // endregion
      return sums
    },
    dispose: () => classifier.dispose(),
  }

  const results = await collectSteps({ ...model, classifier: slowed }, { rank, sync, steps: warmUp + steps, learningRate: 1e-5, batches })
  const timed = results.slice(warmUp).map(({ local }) => local)
  const stepMs = median(timed.map((step) => step.stepMs))
  return {
    microBatch,
    bucketCount: sync.buckets.length,
    steps: timed.map(({ phases }) => phases),
    samplesPerSec: (1000 * microBatch * worldSize) / stepMs,
  }
}

export default program
