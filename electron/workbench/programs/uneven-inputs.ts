/** Experiment 5: the last rank has one batch more than the others. Either all leave together, or one waits for nobody. */
import { Reducer } from '../../ddp/reducer.ts'
import type { RankProgram } from '../rank/context.ts'
import { digestOf } from '../../ddp/digest.ts'
import { makeModel, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'

const microBatch = 4
const learningRate = 5e-4
const deadlineMs = 3000

const program: RankProgram<'uneven-inputs'> = async (context) => {
  const { rank, worldSize, group, input } = context
  const news = await readNews(context, { rows: 64 })
  const { arena, store, classifier, optimizer } = await makeModel(context, news)
  const reducer = new Reducer({ group, arena, bucketCapBytes: usualBucketCapBytes })
  const ownBatches = input.batches + (rank === worldSize - 1 ? 1 : 0)
  const gradients = (step: number) =>
    classifier.gradients(batchOf(news.tokens, rowRange((step * worldSize + rank) * microBatch, microBatch, news.rows.length)), null)
  await context.setupGroup.barrier({ step: 0, bucket: 0 })
  context.setDeadline(deadlineMs)
  context.progress('trains')
  let step = 1

  if (input.arm === 'broken') {
    // region broken
    for (; step <= ownBatches; step++) {
      const global = await reducer.reduce(arena.gradients, await gradients(step), step)
      optimizer.update({ learningRate, gradScale: 1 / global.exampleCount })
    }
    // endregion
  } else {
    // region fixed
    for (; ; step++) {
      const hasBatch = step <= ownBatches
      const withBatch = Float32Array.of(hasBatch ? 1 : 0)
      await group.allReduce(withBatch, { step, bucket: reducer.buckets.length + 1 })
      if (withBatch[0] === 0) break
      // Who has no batch left joins with zeros: it adds nothing to the sum, and nobody waits for it.
      if (!hasBatch) store.clearGradients()
      const local = hasBatch ? await gradients(step) : { lossSum: 0, exampleCount: 0 }
      const global = await reducer.reduce(arena.gradients, local, step)
      optimizer.update({ learningRate, gradScale: 1 / global.exampleCount })
    }
    // endregion
  }
  // The end of the epoch.
  await group.barrier({ step, bucket: 0 })
  return { ownBatches, stepsMade: step - 1, digest: digestOf(arena.parameters) }
}

export default program
