/**
 * The folder of an export: written under a temporary name beside its place and renamed when it is whole. What is in that
 * place already is replaced only if it is an export of ours and nothing else; anybody else's files are not touched.
 */
import { lstat, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { exportFactsSchema } from '../../shared/domain/export.ts'
import { syncDirectory, temporaryName, writeFileDurable } from '../checkpoint/atomic.ts'
import { withRoom } from '../checkpoint/disk-space.ts'
import { systemErrorCode, withWriteErrors } from '../checkpoint/file-errors.ts'
import { type FileSystem, nodeFileSystem } from '../checkpoint/file-system.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { readSmallFile } from '../checkpoint/small-file.ts'
import { parseUniqueJson } from '../checkpoint/strict-json.ts'

export const onnxFolderName = 'onnx'
export const factsFileName = 'export.json'

/** Everything that an export may hold, and what makes a folder one of ours. */
const topNames: readonly string[] = [
  'README.md',
  'config.json',
  factsFileName,
  'model.safetensors',
  onnxFolderName,
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.txt',
]
const onnxNames: readonly string[] = ['model.onnx', 'model_fp16.onnx', 'model_quantized.onnx']

export type FolderWriter = (name: string, content: string | Iterable<Uint8Array>) => Promise<number>

/**
 * Calls `fill` with the temporary folder and a function that writes a file into it, then puts the folder at `target`.
 * Whatever fails, nothing of it is left, and what was at `target` is there still. `bytes`: what will be written, about.
 * Throws DISK_FULL and OUTPUT_NOT_WRITABLE.
 */
export async function writeFolder(
  target: string,
  bytes: number,
  fill: (directory: string, write: FolderWriter) => Promise<void>,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<void> {
  const parent = dirname(target)
  await exportErrors(target, async () => {
    await assertReplaceable(target)
    await makeDirectory(parent)
    await clearLeftovers(target, fileSystem)
    await withRoom({ what: 'the export', directory: parent, bytes }, fileSystem, async () => {
      const temporary = join(parent, temporaryName(basename(target)))
      try {
        await fileSystem.mkdir(temporary)
        await fileSystem.mkdir(join(temporary, onnxFolderName))
        await fill(temporary, async (name, content) => {
          const chunks = typeof content === 'string' ? [Buffer.from(content)] : content
          return (await writeFileDurable(join(temporary, name), chunks, fileSystem)).bytes
        })
        await syncDirectory(join(temporary, onnxFolderName), fileSystem)
        await syncDirectory(temporary, fileSystem)
        await giveName(temporary, target, fileSystem)
      } catch (error) {
        await fileSystem.remove(temporary).catch(() => undefined)
        throw error
      }
    })
  })
}

/** An earlier export steps aside until the new one is in its place. */
async function giveName(temporary: string, target: string, fileSystem: FileSystem): Promise<void> {
  // Once more: somebody may have put something there in the minutes that an export takes.
  const isThere = await assertReplaceable(target)
  const aside = join(dirname(target), temporaryName(basename(target)))
  if (isThere) await fileSystem.rename(target, aside)
  try {
    await fileSystem.rename(temporary, target)
  } catch (error) {
    if (isThere) await fileSystem.rename(aside, target)
    throw error
  }
  await syncDirectory(dirname(target), fileSystem)
  // The new export is in place; what could not be cleared away, the next one clears.
  if (isThere) await fileSystem.remove(aside).catch(() => undefined)
}

/** Whether something is at `target` that may be replaced: an export of ours or an empty folder. Throws OUTPUT_NOT_WRITABLE for anything else. */
export async function assertReplaceable(target: string): Promise<boolean> {
  const info = await lstat(target).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  })
  if (info === null) return false
  if (!info.isDirectory()) throw notOurs(target, 'it is no folder')
  const names = await readdir(target)
  const strangers = names.filter((name) => !topNames.includes(name))
  if (names.includes(onnxFolderName)) {
    const inside = await readdir(join(target, onnxFolderName)).catch(() => ['what is no folder'])
    strangers.push(...inside.filter((name) => !onnxNames.includes(name)).map((name) => `${onnxFolderName}/${name}`))
  }
  if (strangers.length > 0) {
    throw notOurs(target, `it holds ${strangers.slice(0, 3).join(', ')}${strangers.length > 3 ? ' and more' : ''}`)
  }
  if (names.length > 0 && !(await hasFacts(target)))
    throw notOurs(target, `it has no ${factsFileName} that an export of the lab would have`)
  return true
}

async function hasFacts(target: string): Promise<boolean> {
  try {
    return exportFactsSchema.safeParse(parseUniqueJson(await readSmallFile(join(target, factsFileName)))).success
  } catch {
    return false
  }
}

/** What exports to the same place left when they were killed; those that are still going on stay. */
async function clearLeftovers(target: string, fileSystem: FileSystem): Promise<void> {
  const parent = dirname(target)
  const pattern = /^(\d+)-[0-9a-f]{8}$/
  const prefix = `.tmp-${basename(target)}-`
  for (const name of await fileSystem.readdir(parent)) {
    const pid = name.startsWith(prefix) ? pattern.exec(name.slice(prefix.length))?.[1] : undefined
    if (pid !== undefined && !isAlive(Number(pid))) await fileSystem.remove(join(parent, name))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemErrorCode(error) === 'EPERM'
  }
}

function notOurs(target: string, why: string): LabError {
  return new LabError({
    code: 'OUTPUT_NOT_WRITABLE',
    title: 'There is something else in that place',
    cause: `${target} exists, and ${why}. An export replaces only an earlier export.`,
    suggestion: 'Choose another name, or remove what is there yourself.',
  })
}

/** File errors in the lab's words, with advice that fits an export. */
export async function exportErrors<T>(target: string, work: () => Promise<T>): Promise<T> {
  try {
    return await withWriteErrors(target, work)
  } catch (error) {
    if (!(error instanceof LabError) || error.info.code !== 'DISK_FULL') throw error
    const suggestion = 'Free some space (old runs can be removed in the list of runs), or choose another disk, and export again.'
    throw new LabError({ ...error.info, suggestion }, { cause: error })
  }
}
