/**
 * Makes a directory and the parents it lacks. Not `mkdir`'s own `recursive`: Node 20 never returns from that where the
 * system answers ENOENT for a directory whose parent exists, as Linux does under /proc.
 */
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Throws the system's error where it cannot be made, or something else than a directory is there. */
export async function makeDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return
  if (dirname(path) !== path) await makeDirectory(dirname(path))
  try {
    await mkdir(path)
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!(await isDirectory(path))) throw error
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
