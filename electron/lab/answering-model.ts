/**
 * From a choice in the playground to the folder whose weights answer: the model folder of a run, or one of its checkpoints,
 * which hold the same files. Looks at the disk anew each time: runs are removed and checkpoints are dropped meanwhile.
 */
import { join } from 'node:path'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { checkpointsDirectory, listCheckpoints, readCheckpointState } from '../checkpoint/store.ts'
import { readMetrics } from '../supervisor/metrics-file.ts'
import { modelDirectory, readRecord } from '../supervisor/run-directory.ts'
import type { RunStore } from '../supervisor/run-store.ts'
import type { LabParts } from './parts.ts'
import { LabError } from '../../shared/contract/errors.ts'
import type { CheckpointRef, ModelChoice, ModelFacts } from '../../shared/domain/prediction.ts'
import type { RunRecord } from '../../shared/domain/run.ts'

/** Where models are: those of runs, and those that were opened or downloaded. */
type Shelves = Pick<LabParts, 'models' | 'store'>

export interface AnsweringModel {
  directory: string
  ref: CheckpointRef
}

/** Throws MODEL_NOT_FOUND where there is no such run, CHECKPOINT_NOT_FOUND or CHECKPOINT_CORRUPT for its checkpoints. */
export async function answeringModel({ models, store }: Shelves, { modelId, checkpoint }: ModelChoice): Promise<AnsweringModel> {
  const pretrained = await models.find(modelId)
  if (pretrained?.directory)
    return { directory: pretrained.directory, ref: { modelId, title: pretrained.title, checkpoint: 'model', step: null, epoch: null } }
  const { directory, record } = await runOf(store, modelId)
  const title = record.config.name || record.id
  // Which checkpoint the model folder holds, its own lab.json says when it is loaded.
  if (checkpoint === null)
    return { directory: modelDirectory(directory), ref: { modelId, title, checkpoint: 'model', step: null, epoch: null } }
  if (!(await listCheckpoints(directory)).includes(checkpoint)) throw checkpointGone(checkpoint)
  const path = join(checkpointsDirectory(directory), checkpoint)
  const { step } = await checkpointState(path, checkpoint)
  return { directory: path, ref: { modelId, title, checkpoint, step, epoch: null } }
}

/** Throws MODEL_NOT_FOUND. */
export async function modelFacts({ models, store }: Shelves, modelId: string): Promise<ModelFacts> {
  const pretrained = await models.find(modelId)
  if (pretrained?.directory)
    return { directory: pretrained.directory, labels: pretrained.report?.config.labels ?? [], tokensPerTrainingRow: null, checkpoints: [] }
  const { directory, record } = await runOf(store, modelId)
  const [{ steps }, names] = await Promise.all([readMetrics(directory), listCheckpoints(directory)])
  const checkpoints = await Promise.all(
    names.map(async (name) => {
      // One that is damaged or just being dropped is no choice.
      const state = await readCheckpointState(join(checkpointsDirectory(directory), name)).catch(() => null)
      return state && { name, step: state.step, validationAccuracy: state.validationAccuracy }
    }),
  )
  const ranks = steps.flatMap((step) => step.ranks)
  const rows = ranks.reduce((sum, { exampleCount }) => sum + exampleCount, 0)
  const tokens = ranks.reduce((sum, { tokenCount }) => sum + tokenCount, 0)
  return {
    directory: modelDirectory(directory),
    labels: record.modelConfig?.labels ?? record.dataset?.labels ?? [],
    tokensPerTrainingRow: rows === 0 ? null : tokens / rows,
    checkpoints: checkpoints.filter((checkpoint) => checkpoint !== null),
  }
}

async function runOf(store: RunStore, modelId: string): Promise<{ directory: string; record: RunRecord }> {
  try {
    const directory = store.directory(modelId)
    return { directory, record: await readRecord(directory) }
  } catch (error) {
    if (error instanceof LabError && error.info.code === 'RUN_NOT_FOUND') throw modelGone(modelId)
    throw error
  }
}

async function checkpointState(path: string, name: string): ReturnType<typeof readCheckpointState> {
  try {
    return await readCheckpointState(path)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') throw checkpointGone(name)
    throw new LabError(
      {
        code: 'CHECKPOINT_CORRUPT',
        title: 'The checkpoint cannot be read',
        cause: `${name}: ${error instanceof Error ? error.message : String(error)}.`,
        suggestion: 'Choose another checkpoint or the model itself.',
      },
      { cause: error },
    )
  }
}

const modelGone = (modelId: string): LabError =>
  new LabError({
    code: 'MODEL_NOT_FOUND',
    title: 'There is no such model',
    cause: `Run ${JSON.stringify(modelId)} has no model that can be read; it may have been removed.`,
    suggestion: 'Choose another model, or train one first.',
  })

const checkpointGone = (name: string): LabError =>
  new LabError({
    code: 'CHECKPOINT_NOT_FOUND',
    title: 'The checkpoint is no longer there',
    cause: `${JSON.stringify(name)} is not among the checkpoints of this run; a run keeps the last three and the best.`,
    suggestion: 'Choose another checkpoint or the model itself.',
  })
