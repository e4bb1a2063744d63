/** Experiment 6: the gradient of the mean loss, or of the sum. AdamW hides the difference, plain SGD does not. */
import { Reducer } from '../../ddp/reducer.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, type Model, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'

const learningRates = { adamW: 5e-4, sgd: 0.1 }

const program: RankProgram<'sum-loss'> = async (context) => {
  const { rank, worldSize, group, input } = context
  const { arm, steps, microBatch, seed } = input
  const news = await readNews(context, { rows: 512 })
  const globalBatch = microBatch * worldSize

  const gradientScale = (exampleCount: number): number => {
    // region fixed
    const ofMean = 1 / exampleCount
    // endregion
    // region broken
    // loss = criterion(reduction='sum'): the gradient grows with the batch.
    const ofSum = 1
    // endregion
    return arm === 'fixed' ? ofMean : ofSum
  }
  let firstNorm = 0
  const trainWith = async (update: (model: Model, scale: number) => void): Promise<number[]> => {
    const model = await makeModel(context, news, { seed })
    const reducer = new Reducer({ group, arena: model.arena, bucketCapBytes: usualBucketCapBytes })
    const losses: number[] = []
    for (let step = 1; step <= steps; step++) {
      const rows = rowRange((step * worldSize + rank) * microBatch, microBatch, news.rows.length)
      const global = await reducer.reduce(model.arena.gradients, await model.classifier.gradients(batchOf(news.tokens, rows), null), step)
      const loss = global.lossSum / global.exampleCount
      if (!Number.isFinite(loss)) break // On every rank: the sum is the same.
      losses.push(loss)
      if (step === 1) firstNorm = model.optimizer.gradNorm()
      update(model, gradientScale(global.exampleCount))
    }
    model.classifier.dispose()
    return losses
  }

  const adamW = await trainWith(({ optimizer }, gradScale) => optimizer.update({ learningRate: learningRates.adamW, gradScale }))
  const sgd = await trainWith(({ arena }, gradScale) => {
    const { parameters, gradients } = arena
    for (let index = 0; index < parameters.length; index++) parameters[index]! -= learningRates.sgd * gradScale * gradients[index]!
  })
  return { globalBatch, meanGradNorm: firstNorm / globalBatch, usedGradNorm: firstNorm * gradientScale(globalBatch), adamW, sgd }
}

export default program
