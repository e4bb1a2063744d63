/**
 * The weights of a model folder: `model.safetensors`, or the shards that `model.safetensors.index.json` names. Pickles are
 * never opened: reading one runs the code in it. Names of tensors are the files' own; what they mean is known elsewhere.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'
import { systemErrorCode } from './file-errors.ts'
import { resolveInside } from './resolve-inside.ts'
import { SafetensorsFile, type TensorData, type TensorEntry } from './safetensors.ts'
import { readSmallFile } from './small-file.ts'
import { FileFormatError, parseUniqueJson } from './strict-json.ts'

export const weightsName = 'model.safetensors'
export const weightsIndexName = `${weightsName}.index.json`

/** Far more than any model has that fits into this lab. */
const maxShards = 256

export interface OpenWeights {
  /** Of all files. */
  readonly entries: readonly TensorEntry[]
  /** Of the single file; shards have none that matters. */
  readonly metadata: Record<string, string>
  /** The tensors that `wanted` names. Throws `FileFormatError`. */
  read(wanted: (name: string) => boolean): Promise<Map<string, TensorData>>
  close(): Promise<void>
}

/** The weights file, or the index and its shards, that `directory` has; empty where it has none. Throws `FileFormatError`. */
export async function weightFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory)
  if (names.includes(weightsName)) return [weightsName]
  if (!names.includes(weightsIndexName)) return []
  return [weightsIndexName, ...new Set((await readIndex(directory)).values())]
}

/** Names of pickled weights in `directory`. */
export async function pickles(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => /^pytorch_model.*\.bin$/.test(name))
}

/** Opens the files and checks that they are what they claim. Throws `FileFormatError`, which names the file, or the system's error. */
export async function openWeights(directory: string): Promise<OpenWeights> {
  const files = await weightFiles(directory)
  if (files[0] !== weightsIndexName) return openShards(directory, [weightsName])
  const index = await readIndex(directory)
  const opened = await openShards(directory, [...new Set(index.values())])
  try {
    checkAgainst(index, opened.shards)
    return opened
  } catch (error) {
    await opened.close()
    throw error
  }
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string().max(255)) })

/** Tensor → shard. */
async function readIndex(directory: string): Promise<Map<string, string>> {
  const parsed = indexSchema.safeParse(parseUniqueJson(await readSmallFile(join(directory, weightsIndexName))))
  if (!parsed.success) throw new FileFormatError(`${weightsIndexName}: ${z.prettifyError(parsed.error)}`)
  const map = new Map(Object.entries(parsed.data.weight_map))
  const shards = new Set(map.values())
  if (shards.size === 0) throw new FileFormatError(`${weightsIndexName}: weight_map is empty`)
  if (shards.size > maxShards) throw new FileFormatError(`${weightsIndexName} names ${shards.size} shards, more than ${maxShards}`)
  for (const name of shards) shardPath(directory, name)
  return map
}

function shardPath(directory: string, name: string): string {
  try {
    if (name.endsWith('.safetensors')) return resolveInside(directory, name)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
  }
  throw new FileFormatError(`${weightsIndexName} names ${JSON.stringify(name)}, which is no safetensors file of this folder`)
}

interface Shard {
  name: string
  file: SafetensorsFile
}

async function openShards(directory: string, names: readonly string[]): Promise<OpenWeights & { shards: readonly Shard[] }> {
  const shards: Shard[] = []
  const close = async (): Promise<void> => {
    for (const { file } of shards) await file.close()
  }
  try {
    for (const name of names) shards.push({ name, file: await openShard(directory, name) })
  } catch (error) {
    await close()
    throw error
  }
  return {
    shards,
    entries: shards.flatMap(({ file }) => file.entries),
    metadata: shards[0]!.file.metadata,
    read: async (wanted) => {
      const tensors = new Map<string, TensorData>()
      for (const { name, file } of shards)
        for (const [tensor, data] of await inFile(name, () => file.read(wanted))) tensors.set(tensor, data)
      return tensors
    },
    close,
  }
}

async function openShard(directory: string, name: string): Promise<SafetensorsFile> {
  try {
    return await inFile(name, () => SafetensorsFile.open(shardPath(directory, name)))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' && name !== weightsName)
      throw new FileFormatError(`${weightsIndexName} names ${name}, which is not there`)
    throw error
  }
}

/** What is wrong with a file, said with its name. */
async function inFile<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof FileFormatError) throw new FileFormatError(`${name}: ${error.message}`, { cause: error })
    throw error
  }
}

/** Every tensor is in the one shard that the index names for it. */
function checkAgainst(index: ReadonlyMap<string, string>, shards: readonly Shard[]): void {
  const home = new Map<string, string>()
  for (const { name, file } of shards) {
    for (const { name: tensor } of file.entries) {
      const other = home.get(tensor)
      if (other !== undefined) throw new FileFormatError(`tensor ${tensor} is in ${other} and in ${name}`)
      home.set(tensor, name)
    }
  }
  for (const [tensor, name] of index)
    if (home.get(tensor) !== name) throw new FileFormatError(`tensor ${tensor} is not in ${name}, where ${weightsIndexName} says it is`)
}
