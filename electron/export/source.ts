/**
 * What is exported: the weights, configuration and tokenizer of a model folder or of a checkpoint, checked to fit each
 * other before anything is written.
 */
import { join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { countParameters, type ModelConfig } from '../../shared/domain/model-config.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { manifestName, verifyManifest } from '../checkpoint/manifest.ts'
import { readModelFolder } from '../checkpoint/model-folder.ts'
import { readSmallFile } from '../checkpoint/small-file.ts'
import { readCheckpointState } from '../checkpoint/store.ts'
import { FileFormatError } from '../checkpoint/strict-json.ts'
import { createTokenizer, type Tokenizer } from '../data/tokenizer.ts'
import { ParameterArena } from '../engine/parameters.ts'

export interface ModelSource {
  config: ModelConfig
  arena: ParameterArena
  tokenizer: Tokenizer
  /** Longest sequence, tokens: as it was trained, else as long as it can be. */
  maxLength: number
  /** Which weights these are; null in a folder that another program made. */
  origin: { runId: string; checkpoint: string; step: number; validationAccuracy: number | null } | null
}

/** Reads the model folder or checkpoint at `directory`. Throws MODEL_NOT_FOUND, MODEL_INVALID, CHECKPOINT_CORRUPT. */
export async function readSource(directory: string, trainedLength: number | null): Promise<ModelSource> {
  const checkpoint = await readCheckpointOrigin(directory)
  const { config, tensors, tokenizerJson, lab } = await readModelFolder(directory)
  const tokenizer = createTokenizer(tokenizerJson)
  if (tokenizer.vocabSize > config.vocabSize) {
    throw invalid(directory, `its tokenizer has ${tokenizer.vocabSize} entries, its embedding ${config.vocabSize}`)
  }
  // Before memory is taken for what config.json claims.
  const claimed = countParameters({ ...config, labelCount: config.labels.length })
  const present = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0)
  if (claimed > present) throw invalid(directory, `config.json describes ${claimed} parameters, model.safetensors holds ${present}`)
  const arena = new ParameterArena(config)
  for (const { name, shape } of arena.specs) {
    const tensor = tensors.get(name)
    if (!tensor) throw invalid(directory, `model.safetensors has no ${name}`)
    if (tensor.shape.join() !== shape.join())
      throw invalid(directory, `${name} is [${tensor.shape.join()}] and should be [${shape.join()}]`)
    if (!tensor.data.every(Number.isFinite)) throw invalid(directory, `${name} holds something that is no number`)
    arena.parameter(name).set(tensor.data)
  }
  const maxLength = Math.min(trainedLength ?? lab?.maxLength ?? Infinity, config.maxPositionEmbeddings)
  return { config, arena, tokenizer, maxLength, origin: checkpoint ?? lab }
}

/** Null where `directory` is no checkpoint. A checkpoint is believed only as far as its manifest vouches for it. */
export async function readCheckpointOrigin(directory: string): Promise<ModelSource['origin']> {
  try {
    await readSmallFile(join(directory, manifestName))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return null
    throw error
  }
  try {
    await verifyManifest(directory)
    const { runId, step, validationAccuracy } = await readCheckpointState(directory)
    return { runId, checkpoint: directory.split(/[\\/]/).at(-1)!, step, validationAccuracy }
  } catch (error) {
    if (!(error instanceof FileFormatError)) throw error
    throw new LabError(
      {
        code: 'CHECKPOINT_CORRUPT',
        title: 'The checkpoint is damaged',
        cause: `${directory}: ${error.message}.`,
        suggestion: 'Export another checkpoint of the run, or its model folder.',
      },
      { cause: error },
    )
  }
}

function invalid(directory: string, cause: string): LabError {
  return new LabError({
    code: 'MODEL_INVALID',
    title: 'The model folder cannot be used',
    cause: `${directory}: ${cause}.`,
    suggestion: 'Train again or copy the folder anew; the checkpoints of the run hold the same weights.',
  })
}
