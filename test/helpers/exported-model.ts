/** A model trained for a few seconds and exported, once for a test file, as the command line does both. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { loadDataset } from '../../electron/data/dataset.ts'
import { projectRoot } from '../../electron/paths.ts'
import { exportFactsSchema, type ExportFacts } from '../../shared/domain/export.ts'

export const devCsv = join(projectRoot, '../shared/data/ag_news/dev.csv')
export const whyNoNews = existsSync(devCsv) ? null : '../shared/data/ag_news is not here'

const cli = join(projectRoot, 'out', 'main', 'cli.js')
const run = promisify(execFile)

export interface ExportedModel {
  /** The folder that holds it. */
  parent: string
  name: string
  directory: string
  runDirectory: string
  facts: ExportFacts
}

/** Trains on the starter headlines in `place` and exports to `<place>/exported`. Needs the built command line. */
export async function trainAndExport(place: string, epochs = 2): Promise<ExportedModel> {
  const env = { ...process.env, DISTRINEWS_HOME: join(place, 'lab'), NO_COLOR: '1' }
  const trained = await run(process.execPath, [cli, 'train', '--ranks', '1', '--epochs', String(epochs), '--json'], {
    env,
    maxBuffer: 2 ** 26,
  })
  const { runDirectory } = z.object({ runDirectory: z.string() }).parse(JSON.parse(trained.stdout))
  const directory = join(place, 'exported')
  await run(process.execPath, [cli, 'export', '--run', runDirectory, '--out', directory], { env })
  const facts = exportFactsSchema.parse(JSON.parse(await readFile(join(directory, 'export.json'), 'utf8')))
  return { parent: place, name: 'exported', directory, runDirectory, facts }
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
