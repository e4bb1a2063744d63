/** Trains for a moment, writes the model as both kinds of Spaces, and looks at what would leave the lab. One rank. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type SpaceFolder, spaceKinds } from '../../../shared/domain/space.ts'
import { Reducer } from '../../ddp/reducer.ts'
import { Exporter } from '../../export/exporter.ts'
import { SessionClassifier } from '../../export/measure.ts'
import { loadModel } from '../../inference/load.ts'
import { softmax } from '../../inference/softmax.ts'
import { readSpaceFolder, verifiedSpaceFolder } from '../../spaces/folder.ts'
import { writeSpace } from '../../spaces/write-space.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, type News, readNews, rowRange } from '../rank/news.ts'
import { saveModel } from '../rank/save-model.ts'
import { collectSteps } from '../rank/train-steps.ts'

const microBatch = 32
const askedRows = 200

/** Each row's probabilities, in the order of the model's labels. */
type Answers = number[][]

const program: RankProgram<'space-folders'> = async (context) => {
  const { steps } = context.input
  const news = await readNews(context, { rows: 2000, validation: askedRows })
  const model = await makeModel(context, news)
  context.progress(`trains, ${steps} steps`)
  const sync = new Reducer({ group: context.group, arena: model.arena, bucketCapBytes: usualBucketCapBytes })
  const batches = (index: number) => [batchOf(news.tokens, rowRange(index * microBatch, microBatch, news.rows.length))]
  await collectSteps(model, { rank: 0, sync, steps, learningRate: 1e-3, batches })
  const modelDirectory = await saveModel(context, news, model)
  const ours = await answersOf(modelDirectory, news, context.threads)

  const spaces = []
  for (const kind of spaceKinds) {
    context.progress(`writes the ${kind} Space`)
    // region spaces
    const target = join(context.directory, `${kind}-space`)
    const options = { title: 'A lesson’s model', modelDirectory, run: null, target, exporter: new Exporter() }
    for await (const event of writeSpace(kind, options)) if (event.type === 'progress') context.progress(event.progress.stage)
    const { space, isWhole } = await readBack(target)
    const theirs =
      kind === 'docker'
        ? await answersOf(join(target, 'model'), news, context.threads)
        : await answersOfInt8(join(target, 'model', 'onnx', 'model_quantized.onnx'), news, context.threads)
    // endregion
    spaces.push({
      kind,
      head: headOf(await readFile(join(target, 'README.md'), 'utf8')),
      files: space.facts.files.map(({ path, bytes }) => ({ path, bytes })),
      isWhole,
      foreign: await foreignOf(space),
      ...compare(theirs, ours),
    })
  }
  return { trainSteps: steps, rowCount: ours.length, spaces }
}

/** The folder as it lies there; whether each file is still the one that was listed. */
async function readBack(directory: string): Promise<{ space: SpaceFolder; isWhole: boolean }> {
  const isWhole = await verifiedSpaceFolder(directory).then(
    () => true,
    () => false,
  )
  return { space: (await readSpaceFolder(directory))!, isWhole }
}

/** What the lab's own engine says with the weights in `directory`. */
async function answersOf(directory: string, { validationRows }: News, threads: number): Promise<Answers> {
  const model = await loadModel(directory, { threads })
  try {
    const answers = await model.classifyMany(validationRows.map(({ text }) => text))
    return answers.map(({ probabilities }) => probabilities.map(({ probability }) => probability))
  } finally {
    model.dispose()
  }
}

/** What the page's weights say, in ONNX Runtime as there. */
async function answersOfInt8(file: string, { labels, validationTokens, validationRows }: News, threads: number): Promise<Answers> {
  const session = await SessionClassifier.open(file, labels.length, threads)
  try {
    const answers: Answers = []
    for (let row = 0; row < validationRows.length; row++) answers.push(softmax(await session.logits(batchOf(validationTokens, [row]))))
    return answers
  } finally {
    await session.close()
  }
}

function compare(theirs: Answers, ours: Answers): { agreement: number; largestDifference: number } {
  const best = (row: number[]): number => row.indexOf(Math.max(...row))
  const agreed = ours.filter((row, index) => best(row) === best(theirs[index]!)).length
  const differences = ours.flatMap((row, index) => row.map((value, label) => Math.abs(value - theirs[index]![label]!)))
  return { agreement: agreed / ours.length, largestDifference: Math.max(...differences) }
}

/** The lines between the dashes. */
const headOf = (readme: string): string[] => readme.split('---\n')[1]?.trim().split('\n') ?? []

/** Whatever a page, a style or a script of ours would load from another host. */
const loads = /(?:\b(?:src|href)\s*=\s*["']|\burl\(\s*["']?|\b(?:import|fetch)\s*\(\s*["']|\bfrom\s+["'])((?:https?:)?\/\/[^"')\s]+)/g

async function foreignOf({ path, facts }: SpaceFolder): Promise<string[]> {
  const own = facts.files.filter((file) => ['index.html', 'app.js', 'style.css'].includes(file.path))
  const texts = await Promise.all(own.map((file) => readFile(join(path, file.path), 'utf8')))
  return texts.flatMap((text) => [...text.matchAll(loads)].map(([, address]) => address!))
}

export default program
