/** Models exported by the command line: one that was trained for a few seconds, and BERT folders as others publish them. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inject } from 'vitest'
import { z } from 'zod'
import { loadDataset } from '../../electron/data/dataset.ts'
import { projectRoot } from '../../electron/paths.ts'
import { exportFactsSchema, type ExportFacts } from '../../shared/domain/export.ts'
import { madeOnce } from './shared-place.ts'
import { smallVocabulary, writeTransformersFolder } from './transformers-folders.ts'

export const devCsv = join(projectRoot, '../shared/data/ag_news/dev.csv')
export const whyNoNews = existsSync(devCsv) ? null : '../shared/data/ag_news is not here'

const cli = join(projectRoot, 'out', 'main', 'cli.js')
const run = promisify(execFile)

export interface ExportedModel {
  /** The folder that holds it. */
  parent: string
  name: string
  directory: string
  facts: ExportFacts
}

/**
 * A run on the starter headlines in the lab directory `<place>/lab`, exported to `<place>/exported`. Trained once for all tests
 * that ask. Needs the built command line.
 */
export async function trainAndExport(place: string): Promise<ExportedModel & { runDirectory: string }> {
  await cp(await madeOnce(inject('sharedPlace'), 'trained', makeTrained), place, { recursive: true })
  const facts = exportFactsSchema.parse(JSON.parse(await readFile(join(place, 'exported', 'export.json'), 'utf8')))
  return {
    parent: place,
    name: 'exported',
    directory: join(place, 'exported'),
    facts,
    runDirectory: join(place, 'lab', 'runs', facts.runId!),
  }
}

async function makeTrained(place: string): Promise<void> {
  const args = [cli, 'train', '--ranks', '1', '--epochs', '2', '--json']
  const trained = await run(process.execPath, args, { env: environment(place), maxBuffer: 2 ** 26 })
  const { runDirectory } = z.object({ runDirectory: z.string() }).parse(JSON.parse(trained.stdout))
  await exportTo(place, 'exported', ['--run', runDirectory])
}

/** A small BERT with random weights and a classifier, exported to `<place>/bert-uncased` or `<place>/bert-cased`. */
export async function exportBert(place: string, casing: 'uncased' | 'cased'): Promise<ExportedModel> {
  const folder = join(place, `source-${casing}`)
  const capitals = Array.from({ length: 26 }, (_, index) => String.fromCharCode(0x41 + index))
  const vocabulary = casing === 'uncased' ? smallVocabulary : [...smallVocabulary, ...capitals, ...capitals.map((letter) => `##${letter}`)]
  await writeTransformersFolder(folder, {
    architecture: 'bert',
    withHead: true,
    // So large that the answers differ from text to text.
    gain: 20,
    config: { vocabSize: vocabulary.length, maxPositionEmbeddings: 512 },
    tokenizer: 'vocab.txt',
  })
  await writeFile(join(folder, 'vocab.txt'), `${vocabulary.join('\n')}\n`)
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ do_lower_case: casing === 'uncased' }))
  return exportTo(place, `bert-${casing}`, ['--model', folder])
}

const environment = (place: string): NodeJS.ProcessEnv => ({ ...process.env, DISTRINEWS_HOME: join(place, 'lab'), NO_COLOR: '1' })

async function exportTo(place: string, name: string, source: readonly string[]): Promise<ExportedModel> {
  const directory = join(place, name)
  await run(process.execPath, [cli, 'export', ...source, '--out', directory], { env: environment(place) })
  const facts = exportFactsSchema.parse(JSON.parse(await readFile(join(directory, 'export.json'), 'utf8')))
  return { parent: place, name, directory, facts }
}

export const devTexts = async (): Promise<{ text: string; label: number }[]> =>
  (await loadDataset({ kind: 'csv', path: devCsv, onBadRow: 'refuse' })).examples

/** Headlines that need no data set. */
export const someTexts = [
  'Oil prices jump after a pipeline is attacked',
  'Striker scores twice as hosts reach the cup final',
  'Zoë 😀 naïve—“quotes” … 東京で',
  '',
]
