/** Trains for a moment, then asks how right the model is when it says how sure it is. */
import { Reducer } from '../../ddp/reducer.ts'
import { softmax } from '../../inference/softmax.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'
import { trainSteps } from '../rank/train-steps.ts'

const microBatch = 32
const binCount = 10
const shownMistakes = 8

const program: RankProgram<'calibration'> = async (context) => {
  const { rank, worldSize, group, input } = context
  const { steps, seed } = input
  const news = await readNews(context, { rows: 5000, validation: 400 })
  const model = await makeModel(context, news, { seed, dropout: 0.1 })
  const sync = new Reducer({ group, arena: model.arena, bucketCapBytes: usualBucketCapBytes })
  const batches = (index: number) => [batchOf(news.tokens, rowRange((index * worldSize + rank) * microBatch, microBatch, news.rows.length))]
  for await (const { step, globalLoss } of trainSteps(model, { rank, sync, steps, learningRate: 1e-3, seed, batches })) {
    if (step % 10 === 0) context.progress(`trains, step ${step} of ${steps}, loss ${globalLoss.toFixed(2)}`)
  }

  // region confidence
  const answers: { row: number; label: number; predicted: number; confidence: number }[] = []
  for (let first = 0; first < news.validationRows.length; first += microBatch) {
    const rows = rowRange(first, Math.min(microBatch, news.validationRows.length - first), news.validationRows.length)
    const logits = await model.classifier.logits(batchOf(news.validationTokens, rows))
    for (const [index, row] of rows.entries()) {
      const probabilities = softmax(logits.subarray(index * news.labels.length, (index + 1) * news.labels.length))
      const confidence = Math.max(...probabilities)
      answers.push({ row, label: news.validationRows[row]!.label, predicted: probabilities.indexOf(confidence), confidence })
    }
  }
  // endregion

  // region bins
  const bins = Array.from({ length: binCount }, (_, index) => {
    const [from, to] = [index / binCount, (index + 1) / binCount]
    const inBin = answers.filter(({ confidence }) => confidence > from && confidence <= to)
    const mean = (of: (answer: (typeof answers)[number]) => number): number =>
      inBin.length === 0 ? 0 : inBin.reduce((sum, answer) => sum + of(answer), 0) / inBin.length
    return {
      from,
      to,
      count: inBin.length,
      meanConfidence: mean(({ confidence }) => confidence),
      accuracy: mean(({ label, predicted }) => Number(label === predicted)),
    }
  })
  const expectedCalibrationError = bins.reduce(
    (sum, bin) => sum + (bin.count / answers.length) * Math.abs(bin.accuracy - bin.meanConfidence),
    0,
  )
  // endregion

  const confusion = news.labels.map((_, actual) =>
    news.labels.map((_, predicted) => answers.filter((answer) => answer.label === actual && answer.predicted === predicted).length),
  )
  const mistakes = answers.filter(({ label, predicted }) => label !== predicted).sort((a, b) => b.confidence - a.confidence)
  return {
    labels: news.labels,
    trainSteps: steps,
    rowCount: answers.length,
    accuracy: 1 - mistakes.length / answers.length,
    bins,
    expectedCalibrationError,
    confusion,
    mistakes: mistakes.slice(0, shownMistakes).map(({ row, label, predicted, confidence }) => ({
      text: news.validationRows[row]!.text,
      label: news.labels[label]!,
      predicted: news.labels[predicted]!,
      confidence,
    })),
  }
}

export default program
