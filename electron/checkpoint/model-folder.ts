/**
 * The model folder of a run, `runs/<id>/model/`: what transformers loads (config.json, model.safetensors, tokenizer.json,
 * tokenizer_config.json) and `lab.json`, which says which checkpoint the weights are. The folder is complete from the
 * moment it exists. Later checkpoints replace file by file, each atomically; of these only the weights and lab.json ever
 * change, and the weights carry their own step, so a reader that catches the moment between the two notices and looks again.
 */
import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import { syncDirectory, temporaryName, writeFileAtomic } from './atomic.ts'
import { withRoom } from './disk-space.ts'
import { systemErrorCode, withWriteErrors } from './file-errors.ts'
import { type FileSystem, nodeFileSystem } from './file-system.ts'
import { readSmallFile } from './small-file.ts'
import { type NamedTensor, readSafetensors, safetensorsChunks, type TensorData } from './safetensors.ts'
import { FileFormatError, parseUniqueJson } from './strict-json.ts'
import { fromTransformersConfig, toTransformersConfig } from './transformers-config.ts'

export const modelFolderName = 'model'

/** What the lab adds to a transformers folder. */
export const labInfoSchema = z.object({
  format: z.literal(1),
  runId: z.string(),
  /** Name of the checkpoint directory with the same weights. */
  checkpoint: z.string(),
  step: z.int().min(0),
  /** 0-based epoch in which the step lies. */
  epoch: z.int().min(0),
  /** Longest sequence in tokens that the model was trained on. */
  maxLength: z.int().positive(),
  validationAccuracy: z.number().nullable(),
  createdAt: z.iso.datetime(),
})
export type LabInfo = z.infer<typeof labInfoSchema>

export interface ModelFolderContent {
  config: ModelConfig
  tensors: Iterable<NamedTensor>
  tokenizerJson: string
  tokenizerConfigJson: string
  lab: LabInfo
}

export interface ModelFolder {
  config: ModelConfig
  tensors: Map<string, TensorData>
  tokenizerJson: string
  /** Null in a folder that another program made. */
  lab: LabInfo | null
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

async function writeFiles(directory: string, content: ModelFolderContent, fileSystem: FileSystem): Promise<void> {
  const write = (name: string, data: string | Iterable<Uint8Array>) => writeFileAtomic(join(directory, name), data, fileSystem)
  await write('config.json', toJson(toTransformersConfig(content.config)))
  await write('tokenizer.json', content.tokenizerJson)
  await write('tokenizer_config.json', content.tokenizerConfigJson)
  const metadata = { format: 'pt', run: content.lab.runId, step: String(content.lab.step) }
  await write('model.safetensors', safetensorsChunks(content.tensors, metadata))
  await write('lab.json', toJson(content.lab))
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

/** Writes or renews the model folder at `directory`. Throws DISK_FULL, with the room it needs, or OUTPUT_NOT_WRITABLE. */
export async function writeModelFolder(
  directory: string,
  content: ModelFolderContent,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<void> {
  const tensors = [...content.tensors]
  const bytes = tensors.reduce((sum, { data }) => sum + data.byteLength, 0) + Buffer.byteLength(content.tokenizerJson)
  const room = { what: 'the model folder', directory: dirname(directory), bytes }
  await withWriteErrors(directory, () =>
    withRoom(room, fileSystem, async () => {
      if (await exists(join(directory, 'lab.json'))) return writeFiles(directory, { ...content, tensors }, fileSystem)
      const temporary = join(dirname(directory), temporaryName(modelFolderName))
      try {
        await fileSystem.mkdir(temporary)
        await writeFiles(temporary, { ...content, tensors }, fileSystem)
        await fileSystem.remove(directory)
        await fileSystem.rename(temporary, directory)
        await syncDirectory(dirname(directory), fileSystem)
      } catch (error) {
        await fileSystem.remove(temporary).catch(() => undefined)
        throw error
      }
    }),
  )
}

/** Whether a model can be loaded from `directory`, as far as a look at its file names tells. */
export async function hasModel(directory: string): Promise<boolean> {
  return (await exists(join(directory, 'model.safetensors'))) && (await exists(join(directory, 'config.json')))
}

const notFound = (directory: string): LabError =>
  new LabError({
    code: 'MODEL_NOT_FOUND',
    title: 'There is no model here',
    cause: `${directory} has no config.json and model.safetensors.`,
    suggestion: 'Give a model folder such as runs/<id>/model, or train a model first.',
  })

const invalid = (directory: string, reason: string, cause: unknown): LabError =>
  new LabError(
    {
      code: 'MODEL_INVALID',
      title: 'The model folder cannot be used',
      cause: `${directory}: ${reason}.`,
      suggestion: 'Train again or copy the folder anew; the checkpoints of the run hold the same weights.',
    },
    { cause },
  )

/** Translates what can go wrong in reading `directory` into MODEL_NOT_FOUND or MODEL_INVALID. */
async function withModelErrors<T>(directory: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof FileFormatError) throw invalid(directory, error.message, error)
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      if (!(await hasModel(directory))) throw notFound(directory)
      throw invalid(directory, 'a file is missing', error)
    }
    if (code !== null) throw invalid(directory, `reading failed with ${code}`, error)
    throw error
  }
}

async function readLabInfo(directory: string): Promise<LabInfo | null> {
  let bytes: Buffer
  try {
    bytes = await readSmallFile(join(directory, 'lab.json'))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
  const parsed = labInfoSchema.safeParse(parseUniqueJson(bytes))
  if (!parsed.success) throw new FileFormatError(`lab.json: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

const tokenizerLengthSchema = z.object({ model_max_length: z.number().min(2).transform(Math.floor) })

/**
 * The longest sequence that the tokenizer's own configuration allows, for folders without `lab.json`: those of other
 * programs, and checkpoints. Null where it does not say.
 */
export async function readTokenizerMaxLength(directory: string): Promise<number | null> {
  try {
    const bytes = await readSmallFile(join(directory, 'tokenizer_config.json'))
    return tokenizerLengthSchema.safeParse(parseUniqueJson(bytes)).data?.model_max_length ?? null
  } catch (error) {
    if (error instanceof FileFormatError || systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** Reads only what a list shows: the configuration and the lab's own facts. Throws MODEL_NOT_FOUND or MODEL_INVALID. */
export async function readModelFacts(directory: string): Promise<Pick<ModelFolder, 'config' | 'lab'>> {
  return withModelErrors(directory, async () => {
    if (!(await hasModel(directory))) throw notFound(directory)
    const config = fromTransformersConfig(parseUniqueJson(await readSmallFile(join(directory, 'config.json'))))
    return { config, lab: await readLabInfo(directory) }
  })
}

/** Reads a whole model folder. Tensor names and shapes are checked against the model by who builds it. Throws MODEL_NOT_FOUND or MODEL_INVALID. */
export async function readModelFolder(directory: string): Promise<ModelFolder> {
  return withModelErrors(directory, async () => {
    const attempts = 20
    for (let attempt = 1; ; attempt++) {
      const { config, lab } = await readModelFacts(directory)
      const { tensors, metadata } = await readSafetensors(join(directory, 'model.safetensors'))
      const tokenizerJson = (await readSmallFile(join(directory, 'tokenizer.json'))).toString('utf8')
      if (lab === null || metadata['step'] === String(lab.step)) return { config, tensors, tokenizerJson, lab }
      if (attempt === attempts)
        throw new FileFormatError(`lab.json speaks of step ${lab.step}, the weights are of step ${metadata['step'] ?? 'unknown'}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
}
