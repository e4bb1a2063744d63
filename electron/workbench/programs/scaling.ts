/** One rank; all ranks with a share of its batch (strong scaling); all ranks with a whole batch each (weak scaling). */
import { Reducer } from '../../ddp/reducer.ts'
import { singleRankSync } from '../../engine/single-rank-sync.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, median, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'
import { collectSteps } from '../rank/train-steps.ts'

/** Each new shape is compiled once: batches come again after so many steps, and the warm-up has seen them all. */
const warmUp = 4

const program: RankProgram<'scaling'> = async (context) => {
  const { rank, worldSize, input, setupGroup } = context
  const { microBatch: whole, steps } = input
  const news = await readNews(context, { rows: 1024 })
  const model = await makeModel(context, news)
  const reducer = new Reducer({ group: context.group, arena: model.arena, bucketCapBytes: usualBucketCapBytes })
  const share = Math.max(1, Math.floor(whole / worldSize))

  const measure = async (kind: 'one' | 'strong' | 'weak', ranks: number, microBatch: number) => {
    context.progress(`measures ${ranks} × ${microBatch}`)
    const results = await collectSteps(model, {
      rank,
      sync: ranks === 1 ? singleRankSync : reducer,
      steps: warmUp + steps,
      learningRate: 1e-5,
      batches: (index) => [batchOf(news.tokens, rowRange(((index % warmUp) * ranks + rank) * microBatch, microBatch, news.rows.length))],
    })
    const timed = results.slice(warmUp).map(({ local }) => local)
    const stepMs = timed.map((step) => step.stepMs)
    const globalBatch = ranks * microBatch
    return {
      kind,
      ranks,
      microBatch,
      globalBatch,
      stepMs,
      samplesPerSec: (1000 * globalBatch) / median(stepMs),
      forwardBackwardMs: median(timed.map(({ phases }) => phases.forwardBackwardMs)),
      allReduceMs: median(timed.map(({ phases }) => phases.allReduceMs)),
      optimizerMs: median(timed.map(({ phases }) => phases.optimizerMs)),
    }
  }
  // region runs
  const runs = []
  if (rank === 0) runs.push(await measure('one', 1, whole))
  // The others have waited, without computing.
  await setupGroup.barrier({ step: 0, bucket: 0 })
  runs.push(await measure('strong', worldSize, share), await measure('weak', worldSize, whole))
  // endregion
  return { runs }
}

export default program
