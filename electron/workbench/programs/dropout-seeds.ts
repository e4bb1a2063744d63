/** Experiment 12: which places each rank drops out, when the rank is part of the random counter and when it is not. */
import type { RankProgram } from '../rank/context.ts'
import { makeLocalModel } from '../rank/model.ts'
import { maskBeforeClassifier } from '../rank/masks.ts'
import { batchOf, readNews } from '../rank/news.ts'

const rate = 0.2
const shown = 256

const program: RankProgram<'dropout-seeds'> = async (context) => {
  const { rank, input } = context
  const { arm, seed } = input
  const news = await readNews(context, { rows: 8 })
  const { arena } = makeLocalModel(context, news, { seed, dropout: rate })
  const batch = batchOf(news.tokens, [...news.rows.keys()])

  // region fixed
  const ownMasks = (step: number) => ({ seed, rank, step, microStep: 0 })
  // endregion
  // region broken
  // torch.manual_seed(seed) on every rank: all draw the same numbers.
  const sameMasks = (step: number) => ({ seed, rank: 0, step, microStep: 0 })
  // endregion

  const counter = arm === 'fixed' ? ownMasks : sameMasks
  return { rate, site: 'classifier', steps: [1, 2, 3].map((step) => maskBeforeClassifier(arena.config, batch, counter(step), shown)) }
}

export default program
