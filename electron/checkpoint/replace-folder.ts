/**
 * A folder that is wholly there or not at all and that may be written again: made under a temporary name beside its place
 * and renamed when it is whole. What is in that place already is replaced only if its owner knows it for a work of the
 * same kind and nothing else; anybody else's files are not touched.
 */
import { lstat, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { syncDirectory, temporaryName } from './atomic.ts'
import { withRoom } from './disk-space.ts'
import { systemErrorCode, withWriteErrors } from './file-errors.ts'
import { type FileSystem, nodeFileSystem } from './file-system.ts'
import { makeDirectory } from './make-directory.ts'

/** A kind of folder that the lab writes. */
export interface FolderKind {
  /** 'the export', in sentences about the room that it needs. */
  what: string
  /** 'An export replaces only an earlier export.' */
  rule: string
  /** Why the folder that holds `names` is none of this kind; null where it is one. */
  whyNotOurs(target: string, names: readonly string[]): Promise<string | null>
}

/**
 * Calls `fill` with the temporary folder, then puts that at `target`. Whatever fails, nothing of it is left, and what was
 * at `target` is there still. `bytes`: what will be written, about. Throws DISK_FULL and OUTPUT_NOT_WRITABLE.
 */
export async function replaceFolder(
  kind: FolderKind,
  target: string,
  bytes: number,
  fill: (directory: string) => Promise<void>,
  fileSystem: FileSystem,
): Promise<void> {
  const parent = dirname(target)
  await withFolderErrors(target, async () => {
    await assertReplaceable(kind, target)
    await makeDirectory(parent)
    await clearLeftovers(parent, fileSystem, basename(target))
    await withRoom({ what: kind.what, directory: parent, bytes }, fileSystem, async () => {
      const temporary = join(parent, temporaryName(basename(target)))
      try {
        await fileSystem.mkdir(temporary)
        await fill(temporary)
        await syncDirectory(temporary, fileSystem)
        await giveName(kind, temporary, target, fileSystem)
      } catch (error) {
        await fileSystem.remove(temporary).catch(() => undefined)
        throw error
      }
    })
  })
}

/** An earlier folder steps aside until the new one is in its place. */
async function giveName(kind: FolderKind, temporary: string, target: string, fileSystem: FileSystem): Promise<void> {
  // Once more: somebody may have put something there in the minutes that the work takes.
  const isThere = await assertReplaceable(kind, target)
  const aside = join(dirname(target), temporaryName(basename(target)))
  if (isThere) await fileSystem.rename(target, aside)
  try {
    await fileSystem.rename(temporary, target)
  } catch (error) {
    if (isThere) await fileSystem.rename(aside, target)
    throw error
  }
  await syncDirectory(dirname(target), fileSystem)
  // The new folder is in place; what could not be cleared away, the next one clears.
  if (isThere) await fileSystem.remove(aside).catch(() => undefined)
}

/** Whether something is at `target` that may be replaced: one of ours or an empty folder. Throws OUTPUT_NOT_WRITABLE for anything else. */
export async function assertReplaceable({ rule, whyNotOurs }: FolderKind, target: string): Promise<boolean> {
  const info = await lstat(target).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  })
  if (info === null) return false
  const names = info.isDirectory() ? await readdir(target) : []
  const why = !info.isDirectory() ? 'it is no folder' : names.length > 0 ? await whyNotOurs(target, names) : null
  if (why === null) return true
  throw new LabError({
    code: 'OUTPUT_NOT_WRITABLE',
    title: 'There is something else in that place',
    cause: `${target} exists, and ${why}. ${rule}`,
    suggestion: 'Choose another name, or remove what is there yourself.',
  })
}

/** 'it holds a.txt, b.txt, c.txt and more' */
export const holds = (names: readonly string[]): string => `it holds ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and more' : ''}`

/** What works that were killed left in `parent`, of the folder `name` or of any; those that are still going on stay. */
export async function clearLeftovers(parent: string, fileSystem: FileSystem = nodeFileSystem, name?: string): Promise<void> {
  for (const entry of await fileSystem.readdir(parent)) {
    const [, of, pid] = /^\.tmp-(.+)-(\d+)-[0-9a-f]{8}$/.exec(entry) ?? []
    if (pid !== undefined && (name === undefined || of === name) && !isAlive(Number(pid))) await fileSystem.remove(join(parent, entry))
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

/** File errors in the lab's words, with advice that fits a folder that is made of what the lab has. */
export async function withFolderErrors<T>(target: string, work: () => Promise<T>): Promise<T> {
  try {
    return await withWriteErrors(target, work)
  } catch (error) {
    if (!(error instanceof LabError) || error.info.code !== 'DISK_FULL') throw error
    const suggestion = 'Free some space (old runs can be removed in the list of runs), or choose another disk, and try again.'
    throw new LabError({ ...error.info, suggestion }, { cause: error })
  }
}
