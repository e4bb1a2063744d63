/**
 * Reads the JSON files of a model folder that somebody else may have made. They are kilobytes, a few megabytes at most: a
 * size beyond that is refused before it is read, and so is what is no ordinary file and might never end.
 */
import { readFile, stat } from 'node:fs/promises'
import { FileFormatError } from './strict-json.ts'

const maxBytes = 32 * 1024 * 1024

/** Throws `FileFormatError`, or the system's error. */
export async function readSmallFile(path: string): Promise<Buffer> {
  const info = await stat(path)
  if (!info.isFile()) throw new FileFormatError('it is not an ordinary file')
  if (info.size > maxBytes) throw new FileFormatError(`it has ${info.size} bytes, more than ${maxBytes}`)
  return readFile(path)
}
