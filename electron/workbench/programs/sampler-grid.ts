/** Which rows each rank reads in each step of each epoch. */
import { DistributedSampler } from '../../ddp/sampler.ts'
import type { RankProgram } from '../rank/context.ts'
import { readNews } from '../rank/news.ts'

const program: RankProgram<'sampler-grid'> = async (context) => {
  const { rank, worldSize } = context
  const { rows, microBatch, epochs, seed } = context.input
  const { tokens } = await readNews(context, { rows })
  const lengths = tokens.ids.map((ids) => ids.length)

  // region sampler
  const sampler = new DistributedSampler({ lengths, microBatch, gradAccumSteps: 1, worldSize, rank, seed, shuffle: true })
  const read = Array.from({ length: epochs }, (_, epoch) => {
    sampler.setEpoch(epoch)
    return Array.from(sampler.steps(), ([microBatchRows]) => [...microBatchRows!])
  })
  // endregion

  return { rowCount: rows, stepsPerEpoch: sampler.stepsPerEpoch, epochs: read }
}

export default program
