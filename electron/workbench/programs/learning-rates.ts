/** The same few steps at three learning rates. One rank. */
import { evaluateBatches } from '../../engine/evaluate.ts'
import { DivergedError } from '../../engine/diverged.ts'
import { singleRankSync } from '../../engine/single-rank-sync.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeLocalModel } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'
import { trainSteps } from '../rank/train-steps.ts'

const microBatch = 32

const program: RankProgram<'learning-rates'> = async (context) => {
  const { rates, steps, seed } = context.input
  const news = await readNews(context, { rows: 4096, validation: 128 })
  const validation = batchOf(news.validationTokens, [...news.validationRows.keys()])
  const batches = (index: number) => [batchOf(news.tokens, rowRange(index * microBatch, microBatch, news.rows.length))]
  let validationLossBefore = 0

  const curves = []
  for (const learningRate of rates) {
    context.progress(`trains at ${learningRate}`)
    const model = makeLocalModel(context, news, { seed })
    const validationLoss = async (): Promise<number> => (await evaluateBatches(model.classifier, [validation])).lossSum / validation.rows
    validationLossBefore = await validationLoss()
    const losses: number[] = []
    let diverged = false
    try {
      // region train
      for await (const { globalLoss } of trainSteps(model, { rank: 0, sync: singleRankSync, steps, learningRate, seed, batches })) {
        losses.push(globalLoss)
      }
      // endregion
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error
      diverged = true
    }
    const after = await validationLoss()
    curves.push({ learningRate, losses, diverged, validationLoss: Number.isFinite(after) ? after : null })
    model.classifier.dispose()
  }
  return { curves, validationLossBefore }
}

export default program
