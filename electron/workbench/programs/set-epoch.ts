/** Experiment 1: the sampler is told the epoch before each one, or it is not. */
import { DistributedSampler } from '../../ddp/sampler.ts'
import type { RankProgram } from '../rank/context.ts'
import { readNews } from '../rank/news.ts'

const shown = 64

const program: RankProgram<'set-epoch'> = async (context) => {
  const { rank, worldSize, input } = context
  const { tokens } = await readNews(context, { rows: input.rows })
  const lengths = tokens.ids.map((ids) => ids.length)
  const sampler = new DistributedSampler({ lengths, microBatch: 8, gradAccumSteps: 1, worldSize, rank, seed: input.seed, shuffle: true })
  const epochs: number[][] = []
  for (let epoch = 0; epoch < input.epochs; epoch++) {
    if (input.arm === 'fixed') {
      // region fixed
      sampler.setEpoch(epoch)
      // endregion
    } else {
      // region broken
      // Nobody tells the sampler that a new epoch has begun.
      // endregion
    }
    epochs.push([...sampler.steps()].flatMap(([rows]) => [...rows!]).slice(0, shown))
  }
  return { rowCount: tokens.ids.length, epochs }
}

export default program
