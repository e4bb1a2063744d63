/**
 * The state of a run, from and to a checkpoint: the arena's tensors by their names, the counters beside them. Only rank 0
 * comes here; the others have the same numbers, or get them by broadcast.
 */
import { saveCheckpoint, readCheckpointTensors } from '../checkpoint/store.ts'
import { join } from 'node:path'
import { modelFolderName, readModelFacts, writeModelFolder } from '../checkpoint/model-folder.ts'
import type { NamedTensor, TensorData } from '../checkpoint/safetensors.ts'
import type { CheckpointState } from '../checkpoint/state.ts'
import { FileFormatError } from '../checkpoint/strict-json.ts'
import type { Tokenizer } from '../data/tokenizer.ts'
import { tokenizerConfigJson } from '../data/tokenizer-json.ts'
import type { ParameterArena } from '../engine/parameters.ts'
import { LabError } from '../../shared/contract/errors.ts'

const named = (arena: ParameterArena, vector: Float32Array): NamedTensor[] =>
  arena.specs.map(({ name, shape }) => ({ name, shape, data: arena.slice(vector, name) }))

export interface Snapshot {
  runDirectory: string
  state: CheckpointState
  arena: ParameterArena
  tokenizer: Tokenizer
  /** Longest sequence of the training, tokens. */
  maxLength: number
}

/** Saves a checkpoint and returns its name. Rank 0 only. */
export async function saveSnapshot({ runDirectory, state, arena, tokenizer, maxLength }: Snapshot): Promise<string> {
  return saveCheckpoint(runDirectory, {
    state,
    config: arena.config,
    tokenizerJson: tokenizer.json,
    tokenizerConfigJson: tokenizerConfigJson(maxLength, tokenizer.normalizer, arena.config.architecture),
    parameters: named(arena, arena.parameters),
    firstMoments: named(arena, arena.firstMoments),
    secondMoments: named(arena, arena.secondMoments),
  })
}

/** Puts the weights into the run's model folder. `epoch` is the one they come from. Rank 0 only. */
export async function publishModel(
  { runDirectory, state, arena, tokenizer, maxLength }: Snapshot,
  checkpoint: string,
  epoch: number,
): Promise<void> {
  await writeModelFolder(join(runDirectory, modelFolderName), {
    config: arena.config,
    tensors: named(arena, arena.parameters),
    tokenizerJson: tokenizer.json,
    tokenizerConfigJson: tokenizerConfigJson(maxLength, tokenizer.normalizer, arena.config.architecture),
    lab: {
      format: 1,
      runId: state.runId,
      checkpoint,
      step: state.step,
      epoch,
      maxLength,
      validationAccuracy: state.validationAccuracy,
      createdAt: new Date().toISOString(),
    },
  })
}

/** Name of the checkpoint whose weights are in the run's model folder; null where there are none that can be used. */
export async function publishedCheckpoint(runDirectory: string): Promise<string | null> {
  const facts = await readModelFacts(join(runDirectory, modelFolderName)).catch(() => null)
  return facts?.lab?.checkpoint ?? null
}

function fill(arena: ParameterArena, vector: Float32Array, tensors: Map<string, TensorData>): void {
  for (const { name, shape } of arena.specs) {
    const tensor = tensors.get(name)
    if (tensor === undefined) throw new FileFormatError(`tensor ${name} is missing`)
    if (tensor.shape.join() !== shape.join())
      throw new FileFormatError(`tensor ${name} has shape [${tensor.shape.join(', ')}] instead of [${shape.join(', ')}]`)
    arena.slice(vector, name).set(tensor.data)
  }
  if (tensors.size !== arena.specs.length) throw new FileFormatError(`it holds ${tensors.size} tensors instead of ${arena.specs.length}`)
}

/** Parameters and moments from the checkpoint at `directory` into the arena. Throws CHECKPOINT_CORRUPT. */
export async function restoreSnapshot(arena: ParameterArena, directory: string): Promise<void> {
  try {
    const { parameters, firstMoments, secondMoments } = await readCheckpointTensors(directory)
    fill(arena, arena.parameters, parameters)
    fill(arena, arena.firstMoments, firstMoments)
    fill(arena, arena.secondMoments, secondMoments)
  } catch (error) {
    if (!(error instanceof FileFormatError)) throw error
    throw new LabError(
      {
        code: 'CHECKPOINT_CORRUPT',
        title: 'The checkpoint does not hold the state of this model',
        cause: `${directory}: ${error.message}.`,
        suggestion: 'Remove that checkpoint, so that an older one is used, and resume again.',
      },
      { cause: error },
    )
  }
}
