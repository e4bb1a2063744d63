/** Experiment 2: the rows are shared out among the ranks, or every rank reads all of them. */
import { DistributedSampler } from '../../ddp/sampler.ts'
import type { RankProgram } from '../rank/context.ts'
import { readNews } from '../rank/news.ts'

const program: RankProgram<'no-sampler'> = async (context) => {
  const { microBatch, rows, seed, arm } = context.input
  const { tokens } = await readNews(context, { rows })
  const common = { lengths: tokens.ids.map((ids) => ids.length), microBatch, gradAccumSteps: 1, seed, shuffle: true }

  // region fixed
  const shared = new DistributedSampler({ ...common, worldSize: context.worldSize, rank: context.rank })
  // endregion
  // region broken
  // As a plain DataLoader(shuffle=True) with the same seed everywhere: nobody knows of other ranks.
  const everything = new DistributedSampler({ ...common, worldSize: 1, rank: 0 })
  // endregion

  const sampler = arm === 'fixed' ? shared : everything
  const steps = Array.from(sampler.steps(), ([batch]) => [...batch!])
  const seen = Array<number>(tokens.ids.length).fill(0)
  for (const row of steps.flat()) seen[row]!++
  return { microBatch, seen, steps }
}

export default program
