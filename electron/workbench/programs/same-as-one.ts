/** The proof that two ranks with a share each make the update that one rank makes with all rows, and three ways to lose it. */
import { Reducer } from '../../ddp/reducer.ts'
import type { Batch } from '../../data/types.ts'
import type { Probe } from '../../../shared/domain/workbench.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeLocalModel, makeModel, type Model, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'

const learningRate = 5e-4

const program: RankProgram<'same-as-one'> = async (context) => {
  const { rank, worldSize, group, input } = context
  const { arm, shares, steps, seed } = input
  const rowsPerStep = shares[0] + shares[1]
  const news = await readNews(context, { rows: rowsPerStep * steps })
  // region dropout
  // Each rank draws masks of its own, and one rank draws others again.
  const options = { seed, dropout: arm === 'dropout' ? 0.2 : 0 }
  // endregion
  const two = await makeModel(context, news, options)
  const reducer = new Reducer({ group, arena: two.arena, bucketCapBytes: usualBucketCapBytes })
  const gradients = (model: Model, batch: Batch, step: number) => model.classifier.gradients(batch, { seed, rank, step, microStep: 0 })

  /** One update of both ranks. `scale` multiplies the summed gradients. */
  const stepOfTwo = async (step: number): Promise<{ loss: number; scale: number }> => {
    const first = (step - 1) * rowsPerStep + (rank === 0 ? 0 : shares[0])
    const local = await gradients(two, batchOf(news.tokens, rowRange(first, shares[rank]!, news.rows.length)), step)
    if (arm === 'mean-of-means') {
      // region mean-of-means
      // Each rank's mean counts the same, although one has more rows.
      two.arena.gradients.forEach((sum, index, all) => (all[index] = sum / local.exampleCount))
      const means = await reducer.reduce(two.arena.gradients, { ...local, lossSum: local.lossSum / local.exampleCount }, step)
      return { loss: means.lossSum / worldSize, scale: 1 / worldSize }
      // endregion
    }
    // region fixed
    const global = await reducer.reduce(two.arena.gradients, local, step)
    const scale = 1 / global.exampleCount
    // endregion
    // region sum-loss
    // DDP divides by the ranks, which is right for means only.
    const scaleOfSums = 1 / worldSize
    // endregion
    return { loss: global.lossSum / global.exampleCount, scale: arm === 'sum-loss' ? scaleOfSums : scale }
  }
  /** The same rows on one rank. */
  const stepOfOne = async (one: Model, step: number): Promise<{ loss: number; scale: number }> => {
    const { lossSum, exampleCount } = await gradients(
      one,
      batchOf(news.tokens, rowRange((step - 1) * rowsPerStep, rowsPerStep, news.rows.length)),
      step,
    )
    return { loss: lossSum / exampleCount, scale: arm === 'sum-loss' ? 1 : 1 / exampleCount }
  }

  const one = makeLocalModel(context, news, options)
  const report: Probe<'same-as-one'> = {
    gradients: [],
    parameters: [],
    largestGradientDifference: 0,
    largestParameterDifference: 0,
    losses: [],
    gradNorms: [],
  }
  for (let step = 1; step <= steps; step++) {
    const ofTwo = await stepOfTwo(step)
    if (rank === 0) {
      const ofOne = await stepOfOne(one, step)
      const scaled = (model: Model, scale: number) => (name: string) => model.arena.gradient(name).map((sum) => sum * scale)
      if (step === 1) report.gradients = differences(two, scaled(two, ofTwo.scale), scaled(one, ofOne.scale))
      report.losses.push({ two: ofTwo.loss, one: ofOne.loss })
      report.gradNorms.push({ two: two.optimizer.gradNorm() * ofTwo.scale, one: one.optimizer.gradNorm() * ofOne.scale })
      one.optimizer.update({ learningRate, gradScale: ofOne.scale })
    }
    two.optimizer.update({ learningRate, gradScale: ofTwo.scale })
  }
  if (rank !== 0) return report
  report.parameters = differences(
    two,
    (name) => two.arena.parameter(name),
    (name) => one.arena.parameter(name),
  )
  report.largestGradientDifference = Math.max(...report.gradients.map(({ relative }) => relative))
  report.largestParameterDifference = Math.max(...report.parameters.map(({ relative }) => relative))
  return report
}

/** For each tensor the largest |a − b| over the largest |b|. */
function differences({ arena }: Model, a: (name: string) => Float32Array, b: (name: string) => Float32Array) {
  return arena.names.map((name) => {
    const [ofA, ofB] = [a(name), b(name)]
    let [largest, size] = [0, 0]
    for (let index = 0; index < ofB.length; index++) {
      largest = Math.max(largest, Math.abs(ofA[index]! - ofB[index]!))
      size = Math.max(size, Math.abs(ofB[index]!))
    }
    return { name, relative: size === 0 ? largest : largest / size }
  })
}

export default program
