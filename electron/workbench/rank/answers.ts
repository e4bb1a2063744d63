/** What a model that was written down answers to the headlines that nobody trained on, and how far two of them are apart. */
import { SessionClassifier } from '../../export/measure.ts'
import { loadModel } from '../../inference/load.ts'
import { softmax } from '../../inference/softmax.ts'
import { batchOf, type News } from './news.ts'

/** Each row's probabilities, in the order of the model's labels. */
type Answers = number[][]

/** What the lab's own engine says with the weights in `directory`. */
export async function answersOf(directory: string, { validationRows }: News, threads: number): Promise<Answers> {
  const model = await loadModel(directory, { threads })
  try {
    const answers = await model.classifyMany(validationRows.map(({ text }) => text))
    return answers.map(({ probabilities }) => probabilities.map(({ probability }) => probability))
  } finally {
    model.dispose()
  }
}

/** What an int8 file of the exporter says, in ONNX Runtime. */
export async function answersOfInt8(file: string, { labels, validationTokens, validationRows }: News, threads: number): Promise<Answers> {
  const session = await SessionClassifier.open(file, labels.length, threads)
  try {
    const answers: Answers = []
    for (let row = 0; row < validationRows.length; row++) answers.push(softmax(await session.logits(batchOf(validationTokens, [row]))))
    return answers
  } finally {
    await session.close()
  }
}

/** How often both name the same class, and how far their probabilities are apart at most. */
export function compareAnswers(theirs: Answers, ours: Answers): { agreement: number; largestDifference: number } {
  const best = (row: number[]): number => row.indexOf(Math.max(...row))
  const agreed = ours.filter((row, index) => best(row) === best(theirs[index]!)).length
  const differences = ours.flatMap((row, index) => row.map((value, label) => Math.abs(value - theirs[index]![label]!)))
  return { agreement: agreed / ours.length, largestDifference: Math.max(...differences) }
}
