/** `export`: a model as a folder that loads elsewhere, or a run's measurements for TensorBoard and Perfetto. */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { exportFormats, exportFormatSchema, type ExportFacts, type ExportFormat, type ExportResult } from '../../shared/domain/export.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { checkpointsDirectory } from '../checkpoint/store.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { exportModel } from '../export/export-model.ts'
import { exportRunFile } from '../export/run-files.ts'
import { labDirectory } from '../paths.ts'
import { modelDirectory, readDetail } from '../supervisor/run-directory.ts'
import { isRunId } from '../supervisor/run-id.ts'
import { RunStore } from '../supervisor/run-store.ts'
import { argumentInvalid, readArguments, refusePositionals, type Arguments } from './arguments.ts'
import { onInterrupt } from './interrupts.ts'
import { locateModel, runAround } from './model-location.ts'
import { StagePrinter } from './stage-printer.ts'
import { bold, count, dim, percent, plain, stdoutTerminal, table } from './terminal.ts'

const flags = { run: 'text', checkpoint: 'text', model: 'text', out: 'text', format: 'text', json: 'switch' } as const
const cancelledExitCode = 130

export async function exportRun(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv, flags)
  refusePositionals(given)
  const out = given.values.get('out')
  if (out === undefined) throw argumentInvalid('--out is missing', 'An export needs a place.', 'Add --out DIR, a new folder.')
  const format = formatFrom(given.values.get('format'))
  const json = given.switches.has('json')
  const result =
    format === 'folder' ? await exportFolder(given, resolve(out), json) : await exportRunFile(format, await requiredRun(given), out)
  if (result === null) return cancelledExitCode
  if (json) console.log(JSON.stringify(result, null, 2))
  else console.log(describe(result))
  return 0
}

function formatFrom(text: string | undefined): ExportFormat {
  const format = exportFormatSchema.safeParse(text ?? 'folder')
  if (format.success) return format.data
  throw argumentInvalid(`--format ${text} is not possible`, `There are ${exportFormats.join(', ')}.`)
}

/** Null where Ctrl-C ended it. */
async function exportFolder(given: Arguments, target: string, json: boolean): Promise<ExportResult | null> {
  const { directory, run } = await locate(given)
  const abort = new AbortController()
  const release = onInterrupt(
    () => abort.abort(),
    () => process.exit(cancelledExitCode),
  )
  const printer = json ? null : new StagePrinter(stdoutTerminal)
  try {
    const threads = Math.min(4, availableParallelism())
    return await exportModel({
      modelDirectory: directory,
      target,
      run,
      threads,
      signal: abort.signal,
      onProgress: (progress) => printer?.show(progress),
    })
  } catch (error) {
    if (!abort.signal.aborted) throw error
    console.error('Cancelled. Nothing was kept of it.')
    return null
  } finally {
    printer?.end()
    release()
  }
}

/** The folder or checkpoint that is exported, and the run that it belongs to where there is one. */
async function locate(given: Arguments): Promise<{ directory: string; run: RunDetail | null }> {
  const model = given.values.get('model')
  const checkpoint = given.values.get('checkpoint')
  if (given.values.has('run')) {
    if (model !== undefined) throw argumentInvalid('--run and --model cannot go together', 'Either names what is exported.')
    const run = await requiredRun(given)
    const directory = runDirectoryOf(given.values.get('run')!)
    return {
      directory: checkpoint === undefined ? modelDirectory(directory) : resolveInside(checkpointsDirectory(directory), checkpoint),
      run,
    }
  }
  if (checkpoint !== undefined) throw argumentInvalid('--checkpoint needs --run', 'A checkpoint belongs to a run.')
  const directory = await locateModel(model)
  return { directory, run: await runAround(directory) }
}

const storeOf = (): RunStore => new RunStore(labDirectory())
const runDirectoryOf = (given: string): string => (isRunId(given) ? storeOf().directory(given) : resolve(given))

/** The run that --run names, by id or directory. */
async function requiredRun(given: Arguments): Promise<RunDetail> {
  const name = given.values.get('run')
  if (name === undefined)
    throw argumentInvalid('--run is missing', 'This is exported from a run.', 'Add --run ID; npm start shows the list of runs.')
  const store = storeOf()
  return readDetail(runDirectoryOf(name), (record) => store.shown(record))
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)} MB`

const describe = ({ path, bytes, facts }: ExportResult): string =>
  [bold(`Exported ${megabytes(bytes)} to ${plain(path)}`), ...(facts ? describeFacts(facts) : [])].join('\n')

function describeFacts({ measurements, rows, rowCount, threads }: ExportFacts): string[] {
  const cells = measurements.map(({ precision, file, bytes, quality, agreement, latencyMs }) => [
    `${file} (${precision})`,
    megabytes(bytes),
    quality ? `${percent(quality.accuracy)} (${percent(quality.accuracyInterval[0])} to ${percent(quality.accuracyInterval[1])})` : '–',
    percent(agreement),
    `${latencyMs.p50.toFixed(2)} ms`,
  ])
  return [
    '',
    table([['file', 'size', 'accuracy (95 %)', 'agrees with the engine', 'one headline, p50'], ...cells]),
    '',
    dim(`measured on ${count(rowCount)} rows: ${plain(rows)}; ${threads} threads`),
  ]
}
