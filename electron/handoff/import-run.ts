/**
 * A run that torchrun made from a bundle, taken into the lab: `run.json`, `metrics.jsonl` and `model/`, checked by the same
 * readers as the lab's own and copied under a new id. It is marked as imported for good: the lab did not measure it. The files
 * come from elsewhere: what is no ordinary file, does not fit together or is cut short is refused.
 */
import { copyFile, lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { type Imported, rankAtFirst, type RankStatus, type RunRecord } from '../../shared/domain/run.ts'
import { fileDigest } from '../checkpoint/file-digest.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { hasModel, modelFolderFiles, readModelFolder } from '../checkpoint/model-folder.ts'
import { writeNewFolder } from '../checkpoint/new-folder.ts'
import { metricsFile, readMetrics, type RunMetrics } from '../supervisor/metrics-file.ts'
import { modelDirectory, readRecord, writeRanks, writeRecord } from '../supervisor/run-directory.ts'
import { generateRunId } from '../supervisor/run-id.ts'
import type { RunStore } from '../supervisor/run-store.ts'

/** A line a step, about a kilobyte: a hundred thousand steps fit. */
const maxMetricsBytes = 256 * 1024 * 1024
const maxRecordBytes = 4 * 1024 * 1024

type ImportedRecord = RunRecord & { imported: Imported }

/** Returns the record as it stands in the lab. Throws IMPORT_INVALID, MODEL_INVALID, OUTPUT_NOT_WRITABLE and DISK_FULL; then nothing is kept. */
export async function importRun(store: RunStore, from: string): Promise<RunRecord> {
  const { record: given, metrics } = await readGiven(from)
  const withModel = await checkModel(from)
  const id = generateRunId(given.config.model, new Date(given.createdAt))
  const record: RunRecord = {
    ...given,
    id,
    supervisorPid: null,
    // torchrun knows no pause, and nothing here could go on with what was begun there.
    state: isOver(given) ? given.state : 'stopped',
    checkpoint: null,
    // What the file says of it is text from elsewhere, and this one is offered to be copied into a shell.
    command: `npm run handoff -- --run ${id} --out bundle && bundle/run_ddp.sh ${given.imported.worldSize}`,
    notes: [...given.notes, ...notesOn(given, metrics, withModel)],
  }
  await writeNewFolder(store.directory(id), async (folder) => {
    await copyFile(metricsFile(from), metricsFile(folder))
    if (withModel) await copyModel(modelDirectory(from), modelDirectory(folder), given)
    await writeRanks(folder, ranksOf(record, metrics))
    await writeRecord(folder, record)
  })
  return record
}

async function readGiven(from: string): Promise<{ record: ImportedRecord; metrics: RunMetrics }> {
  await needFile(join(from, 'run.json'), maxRecordBytes)
  const { imported, ...others } = await readRecord(from).catch((error: unknown) => {
    if (error instanceof LabError) throw invalid(error.info.cause, giveOut)
    throw error
  })
  if (imported === null) {
    throw invalid(`${join(from, 'run.json')} is no run of train_ddp.py.`, "The lab's own runs need no import: copy their directory.")
  }
  await needFile(metricsFile(from), maxMetricsBytes)
  const metrics = await readMetrics(from)
  if (metrics.badLineCount > 0) throw invalid(`${metrics.badLineCount} lines of metrics.jsonl are no metrics.`, copyAnew)
  if (metrics.steps.length === 0) throw invalid('metrics.jsonl has no step.', 'Let the run make at least one step.')
  const record = { ...others, imported }
  const contradiction = contradictionIn(record, metrics)
  if (contradiction !== null) throw invalid(contradiction, copyAnew)
  return { record, metrics }
}

const isOver = ({ state }: RunRecord): boolean => state === 'done' || state === 'failed'

/** What cannot be in the files of one whole run; null where they fit together. */
function contradictionIn({ config, imported, state }: ImportedRecord, { steps, epochs }: RunMetrics): string | null {
  const { worldSize } = imported
  if (config.worldSize !== worldSize) return `run.json speaks of ${config.worldSize} and of ${worldSize} ranks.`
  const gap = steps.findIndex(({ step }, index) => step !== index + 1)
  if (gap !== -1) return `metrics.jsonl goes from step ${gap} to step ${steps[gap]!.step}.`
  const odd = steps.find(({ ranks }) => ranks.length !== worldSize || ranks.some(({ rank }, index) => rank !== index))
  if (odd) return `Step ${odd.step} of metrics.jsonl has not the ${worldSize} ranks of run.json.`
  // The last thing that a run does is to validate.
  if (state === 'done' && epochs.at(-1)?.step !== steps.length) return 'metrics.jsonl ends before the run did.'
  return null
}

/** Whether there is a model. Throws MODEL_INVALID for one that cannot be read, IMPORT_INVALID for what is no ordinary file. */
async function checkModel(from: string): Promise<boolean> {
  const directory = modelDirectory(from)
  if ((await kindOf(directory)) === null) return false
  if ((await kindOf(directory)) !== 'directory') throw invalid(`${directory} is no ordinary folder.`, copyAnew)
  // A run that ended before its first validation has made the folder and no more.
  if (!(await hasModel(directory))) return false
  for (const name of modelFolderFiles) await needFile(join(directory, name))
  await readModelFolder(directory, () => () => false)
  return true
}

async function copyModel(from: string, to: string, { state, imported }: ImportedRecord): Promise<void> {
  await makeDirectory(to)
  for (const name of modelFolderFiles) await copyFile(join(from, name), join(to, name))
  const expected = imported.digests?.trainedWeights
  // Of a run that is not over, the model may be newer than what run.json says.
  if (state !== 'done' || expected === undefined || (await fileDigest(join(to, 'model.safetensors'))) === expected) return
  throw invalid('model.safetensors is not the file that the training wrote: its SHA-256 is another one.', copyAnew)
}

/** What the run says of each rank; a GPU is listed for each rank that had one, in the order of the ranks. */
function ranksOf({ hardware, state, threadsPerRank }: RunRecord, { steps }: RunMetrics): RankStatus[] {
  const gpus = hardware.gpus.filter(({ usable }) => usable)
  const last = steps.at(-1)!
  return last.ranks.map(({ rank, exampleCount, stepMs }) => {
    const gpu = gpus[rank]
    const threads = threadsPerRank ?? 1
    return {
      ...rankAtFirst(rank, gpu?.name ?? `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`),
      state: state === 'done' || state === 'failed' ? state : 'lost',
      step: last.step,
      samplesPerSec: stepMs > 0 ? (exampleCount / stepMs) * 1000 : null,
    }
  })
}

function notesOn(given: RunRecord, { steps }: RunMetrics, withModel: boolean): string[] {
  const isExposed = steps.some(({ ranks }) => ranks.some(({ phases }) => phases.allReduceMs > 0))
  return [
    ...(isOver(given) ? [] : ['The files were taken while the run was not finished.']),
    ...(withModel ? [] : ['It came without a model.']),
    `Imported: measured by PyTorch, whose all-reduce runs during the backward pass. ${
      isExposed ? 'The all-reduce time is what the backward pass did not hide.' : 'Its time is part of forward and backward.'
    }`,
  ]
}

async function kindOf(path: string): Promise<'file' | 'directory' | 'other' | null> {
  try {
    const info = await lstat(path)
    return info.isFile() ? 'file' : info.isDirectory() ? 'directory' : 'other'
  } catch (error) {
    if (systemErrorCode(error) !== null) return null
    throw error
  }
}

/** Links are not followed: a folder from elsewhere does not choose which files of this machine are copied. */
async function needFile(path: string, maxBytes = Infinity): Promise<void> {
  const kind = await kindOf(path)
  if (kind === null) throw invalid(`There is no ${path}.`, giveOut)
  if (kind !== 'file') throw invalid(`${path} is no ordinary file.`, copyAnew)
  const { size } = await lstat(path)
  if (size > maxBytes) throw invalid(`${path} has ${size} bytes, more than ${maxBytes}.`, 'Import a shorter run.')
}

const giveOut = 'Give the folder "out" that train_ddp.py wrote.'
const copyAnew = 'Copy the whole folder "out" again, as it is.'

const invalid = (cause: string, suggestion: string): LabError =>
  new LabError({ code: 'IMPORT_INVALID', title: 'The run cannot be imported', cause, suggestion })
