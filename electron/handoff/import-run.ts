/**
 * A run that torchrun made from a bundle, taken into the lab: `run.json`, `metrics.jsonl` and `model/`, checked by the same
 * readers as the lab's own and copied under a new id. It is marked as imported for good: the lab did not measure it.
 */
import { copyFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { finalRunStates, type RunRecord } from '../../shared/domain/run.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { hasModel, modelFolderFiles, readModelFacts } from '../checkpoint/model-folder.ts'
import { writeNewFolder } from '../checkpoint/new-folder.ts'
import { metricsFile, readMetrics } from '../supervisor/metrics-file.ts'
import { modelDirectory, readRecord, writeRecord } from '../supervisor/run-directory.ts'
import { generateRunId } from '../supervisor/run-id.ts'
import type { RunStore } from '../supervisor/run-store.ts'

/** A line a step, about a kilobyte: a hundred thousand steps fit. */
const maxMetricsBytes = 256 * 1024 * 1024

/** Returns the record as it stands in the lab. Throws IMPORT_INVALID, MODEL_INVALID, OUTPUT_NOT_WRITABLE and DISK_FULL; then nothing is kept. */
export async function importRun(store: RunStore, from: string): Promise<RunRecord> {
  const given = await readGiven(from)
  const id = generateRunId(given.config.model, new Date(given.createdAt))
  const unfinished = given.state === 'done' ? [] : ['The files were taken while the run was not finished.']
  const record: RunRecord = {
    ...given,
    id,
    supervisorPid: null,
    state: finalRunStates.includes(given.state) ? given.state : 'stopped',
    notes: [...given.notes, ...unfinished, 'Imported: measured by PyTorch, where its all-reduce runs inside the backward pass.'],
  }
  await writeNewFolder(store.directory(id), async (folder) => {
    await copyFile(metricsFile(from), metricsFile(folder))
    if (await hasModel(modelDirectory(from))) {
      await readModelFacts(modelDirectory(from))
      await makeDirectory(modelDirectory(folder))
      for (const name of modelFolderFiles) await copyFile(join(modelDirectory(from), name), join(modelDirectory(folder), name))
    }
    await writeRecord(folder, record)
  })
  return record
}

async function readGiven(from: string): Promise<RunRecord> {
  const record = await readRecord(from).catch((error: unknown) => {
    if (error instanceof LabError) throw invalid(error.info.cause, 'Give the folder "out" that train_ddp.py wrote.')
    throw error
  })
  if (record.imported === null) {
    throw invalid(`${join(from, 'run.json')} is no run of train_ddp.py.`, "The lab's own runs need no import: copy their directory.")
  }
  const bytes = await sizeOf(metricsFile(from))
  if (bytes === null) throw invalid(`${from} has no metrics.jsonl.`, 'Give the folder "out" that train_ddp.py wrote.')
  if (bytes > maxMetricsBytes) throw invalid(`metrics.jsonl has ${bytes} bytes, more than ${maxMetricsBytes}.`, 'Import a shorter run.')
  const { steps, badLineCount } = await readMetrics(from)
  if (badLineCount > 0) throw invalid(`${badLineCount} lines of metrics.jsonl are no metrics.`, 'Copy the folder anew.')
  if (steps.length === 0) throw invalid('metrics.jsonl has no step.', 'Let the run make at least one step.')
  return record
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (systemErrorCode(error) !== null) return null
    throw error
  }
}

const invalid = (cause: string, suggestion: string): LabError =>
  new LabError({ code: 'IMPORT_INVALID', title: 'The run cannot be imported', cause, suggestion })
