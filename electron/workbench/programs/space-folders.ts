/** Trains for a moment, writes the model as both kinds of Spaces, and looks at what would leave the lab. One rank. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type SpaceFolder, spaceKinds } from '../../../shared/domain/space.ts'
import { Reducer } from '../../ddp/reducer.ts'
import { Exporter } from '../../export/exporter.ts'
import { readSpaceFolder, verifiedSpaceFolder } from '../../spaces/folder.ts'
import { writeSpace } from '../../spaces/write-space.ts'
import { answersOf, answersOfInt8, compareAnswers } from '../rank/answers.ts'
import type { RankProgram } from '../rank/context.ts'
import { foreignLoads } from '../rank/foreign-loads.ts'
import { makeModel, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'
import { saveModel } from '../rank/save-model.ts'
import { collectSteps } from '../rank/train-steps.ts'

const microBatch = 32
const askedRows = 200

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
      ...compareAnswers(theirs, ours),
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

/** The lines between the dashes. */
const headOf = (readme: string): string[] => readme.split('---\n')[1]?.trim().split('\n') ?? []

/** What the page's own files would load from other hosts. */
async function foreignOf({ path, facts }: SpaceFolder): Promise<string[]> {
  const own = facts.files.filter((file) => ['index.html', 'app.js', 'style.css'].includes(file.path))
  const texts = await Promise.all(own.map((file) => readFile(join(path, file.path), 'utf8')))
  return texts.flatMap(foreignLoads)
}

export default program
