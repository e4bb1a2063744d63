/** How long an answer takes, alone and in company; and why a model that answers must not be in training mode. One rank. */
import { softmax } from '../../inference/softmax.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeLocalModel } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'

const batchSizes = [1, 2, 4, 8, 16, 32, 64]
const seed = 42

const program: RankProgram<'latency-batches'> = async (context) => {
  const { repeats } = context.input
  const news = await readNews(context, { rows: 64 })
  const model = makeLocalModel(context, news, { seed, dropout: 0.2 })
  const { classifier } = model

  const batches = []
  for (const rows of batchSizes) {
    context.progress(`answers ${rows} at a time`)
    // region measure
    const batch = batchOf(news.tokens, rowRange(0, rows, news.rows.length))
    await classifier.logits(batch) // Compiles.
    const times: number[] = []
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = performance.now()
      await classifier.logits(batch)
      times.push(performance.now() - start)
    }
    // endregion
    times.sort((a, b) => a - b)
    const percentile = (share: number): number => times[Math.ceil(share * times.length) - 1]!
    batches.push({ rows, p50Ms: percentile(0.5), p95Ms: percentile(0.95), textsPerSec: (1000 * rows) / percentile(0.5) })
  }

  // region modes
  const one = batchOf(news.tokens, [0])
  const label = news.tokens.labels[0]!
  const evaluate = async (): Promise<number> => softmax(await classifier.logits(one))[label]!
  /** With dropout on, as in training: e^-loss is the probability of the label. */
  const train = async (step: number): Promise<number> =>
    Math.exp(-(await classifier.gradients(one, { seed, rank: 0, step, microStep: 0 })).lossSum)
  // endregion
  return { batches, evaluationMode: [await evaluate(), await evaluate()], trainingMode: [await train(1), await train(2)] }
}

export default program
