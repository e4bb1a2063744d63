/**
 * The checkpoints of one run, `runs/<id>/checkpoints/step-000120/`. Each is written under a temporary name, manifest last,
 * and renamed when it is whole; so a name that exists was once complete, and the manifest tells whether it still is. The
 * last three and the best by validation accuracy are kept. One process writes (rank 0); a damaged checkpoint is set aside
 * under another name, never deleted.
 */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import { syncDirectory, temporaryName, temporaryPrefix, writeFileDurable } from './atomic.ts'
import { systemErrorCode, withWriteErrors } from './file-errors.ts'
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
const namePattern = /^step-\d{6,}$/
// As torch.optim calls them.
const firstMomentPrefix = 'exp_avg.'
const secondMomentPrefix = 'exp_avg_sq.'

export const checkpointsDirectory = (runDirectory: string): string => join(runDirectory, 'checkpoints')
export const checkpointName = (step: number): string => `step-${String(step).padStart(6, '0')}`
const stepOf = (name: string): number => Number(name.slice('step-'.length))

/** Names of the checkpoints of a run, newest first; damaged ones are not known to be so before they are read. */
export async function listCheckpoints(runDirectory: string): Promise<string[]> {
  let names: string[]
  try {
    names = await readdir(checkpointsDirectory(runDirectory))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
  return names.filter((name) => namePattern.test(name)).sort((a, b) => stepOf(b) - stepOf(a))
}

/** The counters of the checkpoint at `directory`. Throws `FileFormatError`. */
export async function readCheckpointState(directory: string): Promise<CheckpointState> {
  const parsed = checkpointStateSchema.safeParse(parseUniqueJson(await readFile(join(directory, 'state.json'))))
  if (!parsed.success) throw new FileFormatError(`state.json: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** Removes what killed writers left and all but the last three checkpoints and the best one. */
async function prune(runDirectory: string): Promise<void> {
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
  const leftovers = (await readdir(parent)).filter((name) => name.startsWith(temporaryPrefix))
  const surplus = names.slice(keepLast).filter((name) => name !== best)
  for (const name of [...leftovers, ...surplus]) await rm(join(parent, name), { recursive: true, force: true })
}

async function writeContent(directory: string, { state, config, ...content }: CheckpointContent): Promise<void> {
  const write = (name: CheckpointFileName, text: string) => writeFileDurable(join(directory, name), [Buffer.from(text)])
  const metadata = { format: 'pt', run: state.runId, step: String(state.step) }
  const prefixed = (prefix: string, tensors: NamedTensor[]) => tensors.map((tensor) => ({ ...tensor, name: prefix + tensor.name }))
  const moments = [...prefixed(firstMomentPrefix, content.firstMoments), ...prefixed(secondMomentPrefix, content.secondMoments)]
  const manifest = manifestJson({
    'model.safetensors': await writeSafetensors(join(directory, 'model.safetensors'), content.parameters, metadata),
    'optimizer.safetensors': await writeSafetensors(join(directory, 'optimizer.safetensors'), moments, metadata),
    'state.json': await write('state.json', JSON.stringify(state, null, 2)),
    'config.json': await write('config.json', JSON.stringify(toTransformersConfig(config), null, 2)),
    'tokenizer.json': await write('tokenizer.json', content.tokenizerJson),
    'tokenizer_config.json': await write('tokenizer_config.json', content.tokenizerConfigJson),
  })
  await writeFileDurable(join(directory, manifestName), [Buffer.from(manifest)])
  await syncDirectory(directory)
}

/** Not recursive: a run directory that was taken away must not come back half. */
async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory)
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  }
}

/** Saves a checkpoint and returns its name. One of the same step is replaced. Throws DISK_FULL or OUTPUT_NOT_WRITABLE; earlier ones stay. */
export async function saveCheckpoint(runDirectory: string, content: CheckpointContent): Promise<string> {
  const parent = checkpointsDirectory(runDirectory)
  const name = checkpointName(content.state.step)
  return withWriteErrors(join(parent, name), async () => {
    await makeDirectory(parent)
    const temporary = join(parent, temporaryName(name))
    try {
      await mkdir(temporary)
      await writeContent(temporary, content)
      if ((await listCheckpoints(runDirectory)).includes(name)) await rename(join(parent, name), join(parent, temporaryName(name)))
      await rename(temporary, join(parent, name))
      await syncDirectory(parent)
    } catch (error) {
      await rm(temporary, { recursive: true, force: true })
      throw error
    }
    await prune(runDirectory)
    return name
  })
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
  for (const name of await listCheckpoints(runDirectory)) {
    const directory = join(checkpointsDirectory(runDirectory), name)
    try {
      await verifyManifest(directory)
      const config = fromTransformersConfig(parseUniqueJson(await readFile(join(directory, 'config.json'))))
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
