/** Experiment 7: what rank 0 writes into the log, the loss of all rows or that of its own. */
import { Reducer } from '../../ddp/reducer.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'
import { trainSteps } from '../rank/train-steps.ts'

const program: RankProgram<'rank0-loss'> = async (context) => {
  const { rank, worldSize, group, input } = context
  const { arm, steps, microBatch, seed } = input
  const news = await readNews(context, { rows: 512 })
  const model = await makeModel(context, news, { seed })
  const sync = new Reducer({ group, arena: model.arena, bucketCapBytes: usualBucketCapBytes })
  const batches = (index: number) => [batchOf(news.tokens, rowRange((index * worldSize + rank) * microBatch, microBatch, news.rows.length))]

  const [local, global, logged] = [[], [], []] as [number[], number[], number[]]
  for await (const step of trainSteps(model, { rank, sync, steps, learningRate: 5e-4, batches })) {
    local.push(step.local.localLoss)
    global.push(step.globalLoss)
    if (rank !== 0) continue
    if (arm === 'fixed') {
      // region fixed
      logged.push(step.globalLoss) // The sum over all ranks by the count over all ranks.
      // endregion
    } else {
      // region broken
      logged.push(step.local.localLoss) // if (rank === 0) console.log(loss)
      // endregion
    }
  }
  return { local, global, logged }
}

export default program
