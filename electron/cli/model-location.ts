/** What `--model` may be: a model folder, a run's directory, a run's id; left out, the newest model of the lab. And what is known of it there. */
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { modelFolderName } from '../checkpoint/model-folder.ts'
import { labDirectory } from '../paths.ts'
import { isRunId } from '../supervisor/run-id.ts'
import { modelDirectory, readDetail } from '../supervisor/run-directory.ts'
import { RunStore } from '../supervisor/run-store.ts'

/** The model folder. Throws MODEL_NOT_FOUND. */
export async function locateModel(given: string | undefined): Promise<string> {
  const store = new RunStore(labDirectory())
  if (given === undefined) {
    const newest = (await store.list()).find((summary) => summary.hasModel)
    if (newest) return modelDirectory(store.directory(newest.record.id))
    throw notFound('No model has been trained in this lab yet.')
  }
  const found = modelFolders(given).find((directory) => existsSync(join(directory, 'config.json')))
  if (found !== undefined) return found
  throw notFound(`Neither ${given} nor a folder "model" in it holds a config.json, and it is no run of this lab with a model.`)
}

/** Where a model may lie that a person calls `given`: the folder itself, that of a run's directory, or of a run's id. */
export function modelFolders(given: string): string[] {
  const ofRun = isRunId(given) ? [modelDirectory(new RunStore(labDirectory()).directory(given))] : []
  return [resolve(given), join(resolve(given), modelFolderName), ...ofRun]
}

/** What a model is called: a run's model folder like the run. */
export const titleOf = (directory: string): string => basename(basename(directory) === modelFolderName ? dirname(directory) : directory)

/** The run in whose directory a model folder or checkpoint lies; null where it lies elsewhere. */
export async function runAround(directory: string): Promise<RunDetail | null> {
  const store = new RunStore(labDirectory())
  const found = [dirname(directory), dirname(dirname(directory))].find((candidate) => existsSync(join(candidate, 'run.json')))
  return found === undefined ? null : readDetail(found, (record) => store.shown(record))
}

const notFound = (cause: string): LabError =>
  new LabError({
    code: 'MODEL_NOT_FOUND',
    title: 'There is no such model',
    cause,
    suggestion: 'Train one with npm run train, or give a model folder, a run directory or a run id with --model.',
  })
