/** One training step by hand on a real batch: forward, loss, backward, update, and what zero_grad and dropout are for. One rank. */
import { tokenizeExamples } from '../../data/tokenizer.ts'
import type { DropoutCounter } from '../../engine/random.ts'
import { softmax } from '../../inference/softmax.ts'
import type { RankProgram } from '../rank/context.ts'
import { maskBeforeClassifier } from '../rank/masks.ts'
import { firstValues, makeLocalModel, norm } from '../rank/model.ts'
import { batchOf, maxLength, readNews } from '../rank/news.ts'

const usualTexts = 8
const rate = 0.2
const shown = [
  'distilbert.embeddings.word_embeddings.weight',
  'distilbert.transformer.layer.0.ffn.lin1.weight',
  'pre_classifier.weight',
  'classifier.weight',
  'classifier.bias',
]
const watched = 'classifier.bias'

const program: RankProgram<'baseline-step'> = async (context) => {
  const { texts, learningRate, seed } = context.input
  const news = await readNews(context, { rows: usualTexts })
  // A person's own headlines have no label yet: they take the classes in turn.
  const examples = texts.length > 0 ? texts.map((text, index) => ({ text, label: index % news.labels.length })) : news.rows
  const tokens = tokenizeExamples(news.tokenizer, examples, maxLength)
  const batch = batchOf(tokens, [...examples.keys()])
  const { arena, store, classifier, optimizer } = makeLocalModel(context, news, { seed, dropout: rate })
  context.progress('makes one step')

  // region forward
  const logits = await classifier.logits(batch)
  const rows = examples.map(({ text, label }, row) => {
    const scores = logits.subarray(row * news.labels.length, (row + 1) * news.labels.length)
    const probabilities = [...softmax(scores)]
    return { text, label: news.labels[label]!, logits: [...scores], probabilities, loss: -Math.log(probabilities[label]!) }
  })
  const loss = rows.reduce((sum, row) => sum + row.loss, 0) / rows.length
  // endregion

  // region backward
  const { exampleCount } = await classifier.gradients(batch, null)
  // The gradients are sums over the examples; their mean is the gradient of the mean loss.
  const meanGradient = (name: string): Float32Array => arena.gradient(name).map((value) => value / exampleCount)
  const gradients = shown.map((name) => {
    const gradient = meanGradient(name)
    return { name, shape: [...arena.spec(name).shape], norm: norm(gradient), values: firstValues(gradient) }
  })
  const gradNorm = optimizer.gradNorm() / exampleCount
  // endregion

  // region zero-grad
  const once = meanGradient(watched)
  store.accumulate(0, false)
  await classifier.gradients(batch, null)
  // What a second backward() leaves where nobody called zero_grad: the sum of both.
  store.accumulate(1, true)
  const twice = meanGradient(watched)
  const withoutZeroGrad = {
    name: watched,
    normOnce: norm(once),
    normTwice: norm(twice),
    once: firstValues(once),
    twice: firstValues(twice),
  }
  // endregion

  // region update
  await classifier.gradients(batch, null)
  const before = firstValues(arena.parameter(watched))
  const gradient = firstValues(meanGradient(watched))
  optimizer.update({ learningRate, gradScale: 1 / exampleCount })
  const update = { name: watched, before, gradient, after: firstValues(arena.parameter(watched)) }
  const meanLoss = async (dropout: DropoutCounter | null): Promise<number> =>
    (await classifier.gradients(batch, dropout)).lossSum / exampleCount
  const lossAfterUpdate = await meanLoss(null)
  // endregion

  // region dropout
  const training = (step: number): DropoutCounter => ({ seed, rank: 0, step, microStep: 0 })
  const mask = (step: number): number[] => maskBeforeClassifier(arena.config, batch, training(step), 64)
  const dropout = {
    rate,
    training: [await meanLoss(training(1)), await meanLoss(training(2))] as [number, number],
    evaluation: [await meanLoss(null), await meanLoss(null)] as [number, number],
    masks: [mask(1), mask(2)] as [number[], number[]],
  }
  // endregion

  return { labels: news.labels, rows, loss, lossAfterUpdate, gradients, gradNorm, update, withoutZeroGrad, dropout }
}

export default program
