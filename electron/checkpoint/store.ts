/**
 * The checkpoints of one run, `runs/<id>/checkpoints/step-000120/`. Each is written under a temporary name, manifest last,
 * and renamed when it is whole; so a name that exists was once complete, and the manifest tells whether it still is. The
 * last three and the best by validation accuracy are kept. One process writes (rank 0); a damaged checkpoint is set aside
 * under another name, never deleted.
 *
 * Whatever fails or is killed at whatever moment, every checkpoint whose saving was reported can still be loaded until a
 * newer one's was. Hence `superseded-…`: where a step is saved again, the older one steps aside and stays readable until
 * the newer one is in its place. And hence `gc-…`: what is being deleted loses its name first.
 */
import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import { isFlushFailure, syncDirectory, temporaryName, temporaryPrefix, writeFileDurable } from './atomic.ts'
import { withRoom } from './disk-space.ts'
import { systemErrorCode, withWriteErrors } from './file-errors.ts'
import { type FileSystem, nodeFileSystem } from './file-system.ts'
import { type CheckpointFileName, manifestJson, manifestName, verifyManifest } from './manifest.ts'
import { type NamedTensor, readSafetensors, type TensorData, writeSafetensors } from './safetensors.ts'
import { type CheckpointState, checkpointStateSchema } from './state.ts'
import { FileFormatError, parseUniqueJson } from './strict-json.ts'
import { fromTransformersConfig, toTransformersConfig } from './transformers-config.ts'

export interface CheckpointContent {
  state: CheckpointState
  config: ModelConfig
  tokenizerJson: string
  tokenizerConfigJson: string
  parameters: NamedTensor[]
  firstMoments: NamedTensor[]
  secondMoments: NamedTensor[]
}

export interface Checkpoint {
  name: string
  directory: string
  state: CheckpointState
  config: ModelConfig
}

export interface RejectedCheckpoint {
  name: string
  /** What the damage is. */
  reason: string
  /** The name under which it was set aside. */
  quarantinedAs: string
}

const keepLast = 3
const supersededPrefix = 'superseded-'
const namePattern = /^step-\d{6,}$/
const readablePattern = new RegExp(`^(${supersededPrefix})?step-\\d{6,}$`)
const garbagePrefix = 'gc-'
// As torch.optim calls them.
const firstMomentPrefix = 'exp_avg.'
const secondMomentPrefix = 'exp_avg_sq.'

export const checkpointsDirectory = (runDirectory: string): string => join(runDirectory, 'checkpoints')
export const checkpointName = (step: number): string => `step-${String(step).padStart(6, '0')}`
const stepOf = (name: string): number => Number(/\d+$/.exec(name)?.[0])

/** Newest first; of two of the same step, first the one that has the name. */
const newestFirst = (a: string, b: string): number => stepOf(b) - stepOf(a) || (a < b ? -1 : 1)

async function listMatching(runDirectory: string, pattern: RegExp): Promise<string[]> {
  try {
    return (await readdir(checkpointsDirectory(runDirectory))).filter((name) => pattern.test(name)).sort(newestFirst)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}

/** Names of the checkpoints of a run, newest first; damaged ones are not known to be so before they are read. */
export const listCheckpoints = (runDirectory: string): Promise<string[]> => listMatching(runDirectory, namePattern)

/** The counters of the checkpoint at `directory`. Throws `FileFormatError`. */
export async function readCheckpointState(directory: string): Promise<CheckpointState> {
  const parsed = checkpointStateSchema.safeParse(parseUniqueJson(await readFile(join(directory, 'state.json'))))
  if (!parsed.success) throw new FileFormatError(`state.json: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** The sizes and labels of the model whose checkpoint is at `directory`. Throws `FileFormatError`. */
export const readCheckpointConfig = async (directory: string): Promise<ModelConfig> =>
  fromTransformersConfig(parseUniqueJson(await readFile(join(directory, 'config.json'))))

/** Removes what killed writers left and all but the last three checkpoints and the best one. */
async function prune(runDirectory: string, fileSystem: FileSystem): Promise<void> {
  const parent = checkpointsDirectory(runDirectory)
  const names = await listCheckpoints(runDirectory)
  const accuracies = await Promise.all(
    names.map(async (name) => {
      try {
        return (await readCheckpointState(join(parent, name))).validationAccuracy ?? -1
      } catch {
        // Damaged: it cannot be the best, and the next reader that needs it will say so.
        return -1
      }
    }),
  )
  const best = names[accuracies.indexOf(Math.max(...accuracies))]
  for (const name of names.slice(keepLast).filter((name) => name !== best))
    await fileSystem.rename(join(parent, name), join(parent, garbagePrefix + name))
  const leftover = [temporaryPrefix, supersededPrefix, garbagePrefix]
  for (const name of await fileSystem.readdir(parent))
    if (leftover.some((prefix) => name.startsWith(prefix))) await fileSystem.remove(join(parent, name))
}

async function writeContent(directory: string, { state, config, ...content }: CheckpointContent, fileSystem: FileSystem): Promise<void> {
  const file = (name: string) => join(directory, name)
  const write = (name: CheckpointFileName, text: string) => writeFileDurable(file(name), [Buffer.from(text)], fileSystem)
  const metadata = { format: 'pt', run: state.runId, step: String(state.step) }
  const prefixed = (prefix: string, tensors: NamedTensor[]) => tensors.map((tensor) => ({ ...tensor, name: prefix + tensor.name }))
  const moments = [...prefixed(firstMomentPrefix, content.firstMoments), ...prefixed(secondMomentPrefix, content.secondMoments)]
  const manifest = manifestJson({
    'model.safetensors': await writeSafetensors(file('model.safetensors'), content.parameters, metadata, fileSystem),
    'optimizer.safetensors': await writeSafetensors(file('optimizer.safetensors'), moments, metadata, fileSystem),
    'state.json': await write('state.json', JSON.stringify(state, null, 2)),
    'config.json': await write('config.json', JSON.stringify(toTransformersConfig(config), null, 2)),
    'tokenizer.json': await write('tokenizer.json', content.tokenizerJson),
    'tokenizer_config.json': await write('tokenizer_config.json', content.tokenizerConfigJson),
  })
  await writeFileDurable(file(manifestName), [Buffer.from(manifest)], fileSystem)
  await syncDirectory(directory, fileSystem)
}

/** What the tensors and the tokenizer take; the other files are small. */
function bytesOf({ parameters, firstMoments, secondMoments, tokenizerJson }: CheckpointContent): number {
  const tensors = [...parameters, ...firstMoments, ...secondMoments]
  return tensors.reduce((sum, { data }) => sum + data.byteLength, 0) + Buffer.byteLength(tokenizerJson)
}

/** Not recursive: a run directory that was taken away must not come back half. */
async function makeDirectory(directory: string, fileSystem: FileSystem): Promise<void> {
  try {
    await fileSystem.mkdir(directory)
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  }
}

/** Writes everything under a temporary name and returns it. What a failure leaves is removed, as far as that is possible. */
async function writeUnnamed(parent: string, content: CheckpointContent, fileSystem: FileSystem): Promise<string> {
  const temporary = join(parent, temporaryName(checkpointName(content.state.step)))
  try {
    await fileSystem.mkdir(temporary)
    await writeContent(temporary, content, fileSystem)
    return temporary
  } catch (error) {
    // Nobody reads such names; if this fails, too, the next save clears it away.
    await fileSystem.remove(temporary).catch(() => undefined)
    throw error
  }
}

/** From here on readers see it. */
async function giveName(parent: string, temporary: string, name: string, fileSystem: FileSystem): Promise<void> {
  try {
    if ((await fileSystem.readdir(parent)).includes(name)) {
      await fileSystem.remove(join(parent, supersededPrefix + name))
      await fileSystem.rename(join(parent, name), join(parent, supersededPrefix + name))
    }
    await fileSystem.rename(temporary, join(parent, name))
    await syncDirectory(parent, fileSystem)
  } catch (error) {
    await fileSystem.remove(temporary).catch(() => undefined)
    throw error
  }
}

/**
 * Saves a checkpoint and returns its name: only then is it on the disk for good. One of the same step is replaced. Throws
 * DISK_FULL, with the room it needs, or OUTPUT_NOT_WRITABLE; earlier ones stay.
 */
export async function saveCheckpoint(
  runDirectory: string,
  content: CheckpointContent,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<string> {
  const parent = checkpointsDirectory(runDirectory)
  const name = checkpointName(content.state.step)
  await withWriteErrors(join(parent, name), async () => {
    await makeDirectory(parent, fileSystem)
    await withRoom({ what: `checkpoint ${name}`, directory: parent, bytes: bytesOf(content) }, fileSystem, async () => {
      const temporary = await writeUnnamed(parent, content, fileSystem).catch((error: unknown) => {
        // What could not be flushed is lost; once more, into other files.
        if (isFlushFailure(error)) return writeUnnamed(parent, content, fileSystem)
        throw error
      })
      await giveName(parent, temporary, name, fileSystem)
    })
  })
  try {
    await prune(runDirectory, fileSystem)
  } catch {
    // The checkpoint is saved. What could not be cleared away is cleared away after the next one.
  }
  return name
}

async function quarantine(runDirectory: string, name: string): Promise<string> {
  const parent = checkpointsDirectory(runDirectory)
  const taken = new Set(await readdir(parent))
  let target = `corrupt-${name}`
  for (let n = 2; taken.has(target); n++) target = `corrupt-${name}-${n}`
  await withWriteErrors(parent, () => rename(join(parent, name), join(parent, target)))
  return target
}

/**
 * The newest checkpoint whose files are what its manifest says, or null. Damaged ones on the way are renamed `corrupt-…`
 * and told in `rejected`, newest first.
 */
export async function loadNewestValid(runDirectory: string): Promise<{ checkpoint: Checkpoint | null; rejected: RejectedCheckpoint[] }> {
  const rejected: RejectedCheckpoint[] = []
  for (const name of await listMatching(runDirectory, readablePattern)) {
    const directory = join(checkpointsDirectory(runDirectory), name)
    try {
      await verifyManifest(directory)
      const config = await readCheckpointConfig(directory)
      return { checkpoint: { name, directory, state: await readCheckpointState(directory), config }, rejected }
    } catch (error) {
      if (!(error instanceof FileFormatError)) throw error
      rejected.push({ name, reason: error.message, quarantinedAs: await quarantine(runDirectory, name) })
    }
  }
  return { checkpoint: null, rejected }
}

export interface CheckpointTensors {
  parameters: Map<string, TensorData>
  firstMoments: Map<string, TensorData>
  secondMoments: Map<string, TensorData>
}

/** The numbers of a checkpoint at `directory`. Throws `FileFormatError` where a file is not a safetensors file. */
export async function readCheckpointTensors(directory: string): Promise<CheckpointTensors> {
  const { tensors: parameters } = await readSafetensors(join(directory, 'model.safetensors'))
  const { tensors: moments } = await readSafetensors(join(directory, 'optimizer.safetensors'))
  const withPrefix = (prefix: string) =>
    new Map([...moments].filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [name.slice(prefix.length), tensor] as const))
  return { parameters, firstMoments: withPrefix(firstMomentPrefix), secondMoments: withPrefix(secondMomentPrefix) }
}
