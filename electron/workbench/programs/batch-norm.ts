/** Experiment 13: a batch normalisation over four features of the headlines, with statistics of one rank or of all. */
import type { RankProgram } from '../rank/context.ts'
import { readNews } from '../rank/news.ts'

const momentum = 0.1
/** How often a character of the kind comes in a headline. */
const kinds: Record<string, RegExp> = { letters: /\p{L}/gu, capitals: /\p{Lu}/gu, digits: /\p{N}/gu, spaces: / /g }

const program: RankProgram<'batch-norm'> = async (context) => {
  const { rank, worldSize, group, input } = context
  const { arm, steps: count, microBatch } = input
  const { rows } = await readNews(context, { rows: 512 })
  // Rows in order of their class, as they come without a shuffle: each rank gets another kind of headline.
  const sorted = [...rows].sort((a, b) => a.label - b.label)
  const shard = sorted.slice((rank * sorted.length) / worldSize, ((rank + 1) * sorted.length) / worldSize)
  const features = Object.keys(kinds)
  const mean = features.map(() => 0)
  const variance = features.map(() => 1)

  const steps = []
  for (let step = 1; step <= count; step++) {
    const batch = Array.from({ length: microBatch }, (_, index) => shard[((step - 1) * microBatch + index) % shard.length]!)
    const values = batch.map(({ text }) => Object.values(kinds).map((kind) => text.match(kind)?.length ?? 0))
    // Of each feature: sum and sum of squares; last, the rows.
    const sums = Float32Array.from([
      ...features.map((_, feature) => values.reduce((sum, row) => sum + row[feature]!, 0)),
      ...features.map((_, feature) => values.reduce((sum, row) => sum + row[feature]! ** 2, 0)),
      values.length,
    ])
    if (arm === 'fixed') {
      // region fixed
      // SyncBatchNorm: the statistics are those of the rows of all ranks.
      await group.allReduce(sums, { step, bucket: 0 })
      // endregion
    } else {
      // region broken
      // BatchNorm: each rank sees its own rows only, and the gradients' all-reduce does not touch the statistics.
      // endregion
    }
    // region statistics
    const rowCount = sums[2 * features.length]!
    for (const feature of features.keys()) {
      const batchMean = sums[feature]! / rowCount
      const batchVariance = sums[features.length + feature]! / rowCount - batchMean ** 2
      mean[feature] = (1 - momentum) * mean[feature]! + momentum * batchMean
      variance[feature] = (1 - momentum) * variance[feature]! + momentum * batchVariance
    }
    // endregion
    steps.push({ mean: [...mean], variance: [...variance] })
  }
  return { features, steps }
}

export default program
