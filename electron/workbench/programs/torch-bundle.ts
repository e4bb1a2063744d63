/** Writes the bundle that torchrun trains from, and holds it against what a run of the lab would begin with. One rank. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { runConfigSchema } from '../../../shared/domain/run-config.ts'
import { readModelFolder } from '../../checkpoint/model-folder.ts'
import { tokenizeExamples } from '../../data/tokenizer.ts'
import { countParameters } from '../../engine/parameter-specs.ts'
import { writeTorchBundle } from '../../handoff/bundle.ts'
import { loadRows } from '../../rank/run-data.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeLocalModel } from '../rank/model.ts'
import { readNews } from '../rank/news.ts'

const program: RankProgram<'torch-bundle'> = async (context) => {
  const { cacheDirectory, directory } = context
  const config = runConfigSchema.parse({ worldSize: 2 })
  const news = await readNews(context, { rows: 1 })

  context.progress('writes the bundle')
  // region bundle
  const bundle = join(directory, 'bundle')
  const command = 'npm run handoff -- --out bundle --ranks 2'
  await writeTorchBundle({ config, modelDirectory: null, directory: bundle, cacheDirectory, command })

  // The lab's own beginning, made without the bundle: same seed, same rows, same vocabulary.
  const { arena } = makeLocalModel(context, news, { seed: config.seed })
  const { train } = await loadRows(config)
  const { ids } = tokenizeExamples(news.tokenizer, train, config.maxLength)
  // endregion

  context.progress('compares it with the lab')
  const written = (await readFile(join(bundle, 'data', 'train.jsonl'), 'utf8')).trimEnd().split('\n')
  const differentRows = written.filter(
    (line, row) => String((JSON.parse(line) as { ids: number[] }).ids) !== String([...(ids[row] ?? [])]),
  ).length
  const { tensors } = await readModelFolder(join(bundle, 'model'))
  let differentWeights = 0
  for (const { name, size } of arena.specs) {
    const [ours, theirs] = [arena.parameter(name), tensors.get(name)?.data]
    differentWeights += theirs?.length === size ? ours.reduce((count, value, index) => count + Number(value !== theirs[index]), 0) : size
  }
  return {
    files: await filesOf(bundle),
    trainRows: written.length,
    labTrainRows: train.length,
    differentRows,
    parameterCount: countParameters(arena.specs),
    differentWeights,
  }
}

async function filesOf(directory: string): Promise<{ name: string; bytes: number; isExecutable: boolean }[]> {
  const files = []
  for (const name of (await readdir(directory, { recursive: true })).sort()) {
    const info = await stat(join(directory, name))
    if (info.isFile()) files.push({ name: name.replaceAll('\\', '/'), bytes: info.size, isExecutable: (info.mode & 0o100) !== 0 })
  }
  return files
}

export default program
