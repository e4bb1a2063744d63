/**
 * Model folders, the lab's own and those of transformers. The folder of a run, `runs/<id>/model/`: what transformers loads (config.json, model.safetensors, tokenizer.json,
 * tokenizer_config.json) and `lab.json`, which says which checkpoint the weights are. The folder is complete from the
 * moment it exists. Later checkpoints replace file by file, each atomically. Of these only the weights decide: what lab.json
 * says is written into them as well, and believed from there. So the one rename that brings new weights brings all that is
 * said of them, and whoever is killed at whatever moment leaves the old model or the new one. Only in folders that others
 * made, whose weights say no more than their step, lab.json is read. Folders of others may hold shards instead of one file, and
 * a vocab.txt instead of tokenizer.json.
 */
import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import { syncDirectory, temporaryName, temporaryPrefix, writeFileAtomic } from './atomic.ts'
import { withRoom } from './disk-space.ts'
import { systemErrorCode, withWriteErrors } from './file-errors.ts'
import { type FileSystem, nodeFileSystem } from './file-system.ts'
import { readSmallFile } from './small-file.ts'
import { type NamedTensor, safetensorsChunks, type TensorData, type TensorEntry } from './safetensors.ts'
import { FileFormatError, parseUniqueJson } from './strict-json.ts'
import { fromTransformersConfig, toTransformersConfig } from './transformers-config.ts'
import { openWeights, pickles, weightFiles, weightsIndexName, weightsName } from './weights.ts'
import { tokenizerFromVocabulary } from '../data/vocab-txt.ts'

export const modelFolderName = 'model'
export const modelFolderFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors', 'lab.json'] as const

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
  /** Everything that the weights' files hold. */
  entries: readonly TensorEntry[]
  /** Those that were asked for. */
  tensors: Map<string, TensorData>
  /** Made of vocab.txt where the folder has no tokenizer.json. */
  tokenizerJson: string
  tokenizerFile: 'tokenizer.json' | 'vocab.txt'
  /** Null in a folder that another program made. */
  lab: LabInfo | null
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

async function writeFiles(directory: string, content: ModelFolderContent, fileSystem: FileSystem): Promise<void> {
  const write = (name: string, data: string | Iterable<Uint8Array>) => writeFileAtomic(join(directory, name), data, fileSystem)
  await write('config.json', toJson(toTransformersConfig(content.config)))
  await write('tokenizer.json', content.tokenizerJson)
  await write('tokenizer_config.json', content.tokenizerConfigJson)
  const metadata = { format: 'pt', run: content.lab.runId, step: String(content.lab.step), lab: JSON.stringify(content.lab) }
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
      await clearLeftovers(directory, fileSystem)
      if (await hasModel(directory)) return writeFiles(directory, { ...content, tensors }, fileSystem)
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

/** Removes what killed writers left behind, as far as that is possible: it is large, and nobody reads it. */
async function clearLeftovers(directory: string, fileSystem: FileSystem): Promise<void> {
  const places = [
    [dirname(directory), `${temporaryPrefix}${modelFolderName}-`],
    [directory, temporaryPrefix],
  ] as const
  for (const [place, prefix] of places) {
    try {
      for (const name of await fileSystem.readdir(place)) if (name.startsWith(prefix)) await fileSystem.remove(join(place, name))
    } catch {
      // There is no folder yet, or it will be tried again next time.
    }
  }
}

/** Whether a model can be loaded from `directory`, as far as a look at its file names tells. */
export async function hasModel(directory: string): Promise<boolean> {
  const [hasConfig, ...hasWeights] = await Promise.all(
    ['config.json', weightsName, weightsIndexName].map((name) => exists(join(directory, name))),
  )
  return hasConfig! && hasWeights.includes(true)
}

async function notFound(directory: string): Promise<LabError> {
  const [pickle] = await pickles(directory).catch(() => [])
  if (pickle === undefined || !(await exists(join(directory, 'config.json')))) {
    return new LabError({
      code: 'MODEL_NOT_FOUND',
      title: 'There is no model here',
      cause: `${directory} has no config.json and ${weightsName}.`,
      suggestion: 'Give a model folder such as runs/<id>/model, or train a model first.',
    })
  }
  return new LabError({
    code: 'MODEL_NOT_FOUND',
    title: 'The weights of this model are a pickle',
    cause: `${directory} has ${pickle} but no ${weightsName}. To read a pickle is to run whatever code it holds, so the lab does not.`,
    suggestion: 'Save it with transformers as model.save_pretrained(folder, safe_serialization=True), or take a revision with safetensors.',
  })
}

/** A model folder that cannot be used, and why. */
export const modelInvalid = (directory: string, reason: string, cause?: unknown): LabError =>
  new LabError(
    {
      code: 'MODEL_INVALID',
      title: 'The model folder cannot be used',
      cause: `${directory}: ${reason}.`,
      suggestion: 'Copy or download the folder anew; of a model that was trained here, the checkpoints hold the same weights.',
    },
    { cause },
  )

/** Translates what can go wrong in reading `directory` into MODEL_NOT_FOUND or MODEL_INVALID. */
async function withModelErrors<T>(directory: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof FileFormatError) throw modelInvalid(directory, error.message, error)
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      if (!(await hasModel(directory))) throw await notFound(directory)
      throw modelInvalid(directory, 'a file is missing', error)
    }
    if (code !== null) throw modelInvalid(directory, `reading failed with ${code}`, error)
    throw error
  }
}

/** Null where `directory` has no such file. */
async function readIfThere(directory: string, name: string): Promise<Buffer | null> {
  try {
    return await readSmallFile(join(directory, name))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}

async function readLabInfo(directory: string): Promise<LabInfo | null> {
  const bytes = await readIfThere(directory, 'lab.json')
  return bytes === null ? null : parseLabInfo(bytes, 'lab.json')
}

function parseLabInfo(bytes: Buffer, where: string): LabInfo {
  const parsed = labInfoSchema.safeParse(parseUniqueJson(bytes))
  if (!parsed.success) throw new FileFormatError(`${where}: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** What the weights say of themselves; null where another program wrote them. */
const labInfoOf = ({ lab }: Record<string, string>): LabInfo | null =>
  lab === undefined ? null : parseLabInfo(Buffer.from(lab), "the weights' own facts")

async function readTokenizer(directory: string): Promise<Pick<ModelFolder, 'tokenizerJson' | 'tokenizerFile'>> {
  const json = await readIfThere(directory, 'tokenizer.json')
  if (json !== null) return { tokenizerJson: json.toString('utf8'), tokenizerFile: 'tokenizer.json' }
  const vocabulary = await readIfThere(directory, 'vocab.txt')
  if (vocabulary === null) throw new FileFormatError('it has neither tokenizer.json nor vocab.txt')
  const config = await readIfThere(directory, 'tokenizer_config.json')
  const tokenizer = tokenizerFromVocabulary(vocabulary.toString('utf8'), config && parseUniqueJson(config))
  return { tokenizerJson: `${JSON.stringify(tokenizer)}\n`, tokenizerFile: 'vocab.txt' }
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
    if (!(await hasModel(directory))) throw await notFound(directory)
    const config = fromTransformersConfig(parseUniqueJson(await readSmallFile(join(directory, 'config.json'))))
    const weights = await openWeights(directory)
    await weights.close()
    return { config, lab: labInfoOf(weights.metadata) ?? (await readLabInfo(directory)) }
  })
}

/** Decides from what is there which tensors are read, before memory is taken for any. May throw `FileFormatError`. */
export type TensorChoice = (config: ModelConfig, entries: readonly TensorEntry[]) => (name: string) => boolean

/**
 * Reads a model folder, and of its weights the tensors that `choose` wants, all if it is left out. What their names and
 * shapes should be is known to who builds the model. Throws MODEL_NOT_FOUND or MODEL_INVALID.
 */
export async function readModelFolder(directory: string, choose: TensorChoice = () => () => true): Promise<ModelFolder> {
  return withModelErrors(directory, async () => {
    const attempts = 20
    for (let attempt = 1; ; attempt++) {
      const { config, lab } = await readModelFacts(directory)
      const tokenizer = await readTokenizer(directory)
      const weights = await openWeights(directory)
      try {
        const own = labInfoOf(weights.metadata)
        const step = weights.metadata['step']
        if (own !== null || lab === null || step === String(lab.step)) {
          const tensors = await weights.read(choose(config, weights.entries))
          return { config, entries: weights.entries, tensors, ...tokenizer, lab: own ?? lab }
        }
        if (attempt === attempts)
          throw new FileFormatError(`lab.json speaks of step ${lab.step}, the weights are of step ${step ?? 'unknown'}`)
      } finally {
        await weights.close()
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
}

/** Paths of all files that decide what the model computes, in a fixed order. Throws MODEL_NOT_FOUND or MODEL_INVALID. */
export async function decisiveFiles(directory: string): Promise<string[]> {
  return withModelErrors(directory, async () => {
    const { tokenizerFile } = await readTokenizer(directory)
    const tokenizer = tokenizerFile === 'tokenizer.json' ? [tokenizerFile] : [tokenizerFile, 'tokenizer_config.json']
    const names = ['config.json', ...tokenizer, ...(await weightFiles(directory))].map((name) => join(directory, name))
    const present = await Promise.all(names.map(exists))
    return names.filter((_, index) => present[index])
  })
}
