/** A folder that is wholly there or not at all: made under another name beside its place, then renamed. */
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { syncDirectory, temporaryName } from './atomic.ts'
import { systemErrorCode, withWriteErrors } from './file-errors.ts'
import { nodeFileSystem } from './file-system.ts'
import { makeDirectory } from './make-directory.ts'

/**
 * `build` fills the folder that it is given. Throws OUTPUT_NOT_WRITABLE, also where `directory` already holds something:
 * nothing is ever mixed or replaced. Whatever `build` throws goes on, and nothing is left.
 */
export async function writeNewFolder(directory: string, build: (temporary: string) => Promise<void>): Promise<void> {
  await withWriteErrors(directory, async () => {
    await refuseFull(directory)
    const parent = dirname(directory)
    await makeDirectory(parent)
    const temporary = join(parent, temporaryName(basename(directory)))
    try {
      await makeDirectory(temporary)
      await build(temporary)
      // An empty folder may be in the way; one that was filled meanwhile makes this fail.
      await nodeFileSystem.rename(temporary, directory)
      await syncDirectory(parent)
    } catch (error) {
      await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
      throw error
    }
  })
}

/** Throws OUTPUT_NOT_WRITABLE where `directory` holds something already: for whoever does long work before he writes. */
export async function refuseFull(directory: string): Promise<void> {
  await withWriteErrors(directory, async () => {
    let names: string[]
    try {
      names = await readdir(directory)
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return
      throw error
    }
    assertEmpty(directory, names)
  })
}

/** Throws OUTPUT_NOT_WRITABLE where `directory` has entries, `names`. */
export function assertEmpty(directory: string, names: readonly string[]): void {
  if (names.length === 0) return
  throw new LabError({
    code: 'OUTPUT_NOT_WRITABLE',
    title: 'The output directory is not empty',
    cause: `${directory} already holds ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and more' : ''}.`,
    suggestion: 'Choose a new or empty directory.',
  })
}
