/** Experiment 8: the rows of an evaluation are dealt out once each, or some twice so that all ranks get as many. */
import { evaluationShard } from '../../ddp/sampler.ts'
import { Reducer } from '../../ddp/reducer.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'
import { collectSteps } from '../rank/train-steps.ts'

const microBatch = 8
const trainedSteps = 60

const program: RankProgram<'eval-padding'> = async (context) => {
  const { rank, worldSize, group, input } = context
  const news = await readNews(context, { rows: 4096, validation: input.rows })
  const rowCount = news.validationRows.length
  const model = await makeModel(context, news, { seed: input.seed })
  // A little training, so that some answers are right.
  const sync = new Reducer({ group: context.setupGroup, arena: model.arena, bucketCapBytes: usualBucketCapBytes })
  const batches = (index: number) => [batchOf(news.tokens, rowRange((index * worldSize + rank) * microBatch, microBatch, news.rows.length))]
  await collectSteps(model, { rank, sync, steps: trainedSteps, learningRate: 1.5e-3, batches })

  // region fixed
  const once = [...evaluationShard(rowCount, worldSize, rank)]
  // endregion
  // region broken
  // As PyTorch's DistributedSampler: the first rows again, until every rank has as many as the others.
  const perRank = Math.ceil(rowCount / worldSize)
  const padded = Array.from({ length: perRank }, (_, index) => (rank + index * worldSize) % rowCount)
  // endregion
  const rows = input.arm === 'fixed' ? once : padded

  const logits = await model.classifier.logits(batchOf(news.validationTokens, rows))
  const labelCount = news.labels.length
  const correctRows = rows.filter((row, index) => {
    const scores = logits.subarray(index * labelCount, (index + 1) * labelCount)
    return scores.indexOf(Math.max(...scores)) === news.validationTokens.labels[row]
  })
  const sums = Float32Array.of(correctRows.length, rows.length)
  await group.allReduce(sums, { step: trainedSteps, bucket: 0 })
  return { rowCount, rows, correctRows, countedRows: sums[1]!, accuracy: sums[0]! / sums[1]! }
}

export default program
