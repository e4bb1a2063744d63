/** Experiment 15: gradients of several micro-steps are added up; when are they summed over the ranks? */
import { Reducer } from '../../ddp/reducer.ts'
import type { RankProgram } from '../rank/context.ts'
import { digestOf } from '../../ddp/digest.ts'
import { firstValues, makeModel, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'

const microBatch = 4
const learningRate = 5e-4

const program: RankProgram<'accumulation-sync'> = async (context) => {
  const { rank, worldSize, group, input } = context
  const { arm, steps: count, gradAccumSteps, seed } = input
  const news = await readNews(context, { rows: 256 })
  const { arena, store, classifier, optimizer } = await makeModel(context, news, { seed })
  const reducer = new Reducer({ group, arena, bucketCapBytes: usualBucketCapBytes })
  const globalCount = microBatch * gradAccumSteps * worldSize

  const steps = []
  for (let step = 1; step <= count; step++) {
    const sentBefore = group.payloadBytesSent
    for (let micro = 0; micro < gradAccumSteps; micro++) {
      const isLast = micro === gradAccumSteps - 1
      const first = ((step * gradAccumSteps + micro) * worldSize + rank) * microBatch
      const local = await classifier.gradients(batchOf(news.tokens, rowRange(first, microBatch, news.rows.length)), null)

      // region every-micro-step
      // No no_sync(): right in the end, at the price of as many all-reduces as micro-steps.
      if (arm === 'every-micro-step') await reducer.reduce(arena.gradients, local, step)
      // endregion
      // region first-micro-step
      // Synchronised too early: what later micro-steps add stays on its rank.
      if (arm === 'first-micro-step' && micro === 0) await reducer.reduce(arena.gradients, local, step)
      // endregion
      store.accumulate(micro, isLast)
      // region fixed
      // Once, when all micro-steps are added up.
      if (arm === 'fixed' && isLast) await reducer.reduce(arena.gradients, local, step)
      // endregion
    }
    optimizer.update({ learningRate, gradScale: 1 / globalCount })
    steps.push({
      payloadBytesSent: group.payloadBytesSent - sentBefore,
      digest: digestOf(arena.parameters),
      values: firstValues(arena.parameter('classifier.weight'), 16),
    })
  }
  return { gradientBytes: arena.gradients.byteLength, steps }
}

export default program
