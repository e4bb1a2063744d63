/**
 * Files that are either wholly there or not at all, also after a crash or a power cut: written under another name,
 * flushed to the disk, then renamed, then the directory flushed. Nothing else in the lab writes files that matter.
 *
 * After a failed flush a system may forget which pages it could not write and call the next flush a success: so a
 * descriptor is flushed once, and `FlushFailed` says that whatever was written through it must be written anew.
 */
import { createHash, randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { isDiskFull, systemErrorCode, withWriteErrors } from './file-errors.ts'
import { type FileSystem, type FileToWrite, nodeFileSystem } from './file-system.ts'

/** Marks what a killed writer left behind; nobody reads such names. */
export const temporaryPrefix = '.tmp-'

export const temporaryName = (name: string): string => `${temporaryPrefix}${name}-${process.pid}-${randomBytes(4).toString('hex')}`

export interface WrittenFile {
  bytes: number
  /** Hex. */
  sha256: string
}

/** The file at hand is lost, the disk perhaps not: write another one. */
export class FlushFailed extends Error {
  override readonly name = 'FlushFailed'
  readonly code: string | null

  constructor(file: string, cause: unknown) {
    super(`${file} could not be flushed to the disk`, { cause })
    this.code = systemErrorCode(cause)
  }
}

/** Whether `error` comes of a flush that failed for another reason than a full disk. */
export function isFlushFailure(error: unknown): boolean {
  if (error instanceof FlushFailed) return !isDiskFull(error)
  return error instanceof LabError && isFlushFailure(error.cause)
}

const writeSize = 8 * 1024 * 1024

/** `fs.write` may write less than it was asked to: goes on until all is written. */
async function writeFully(file: FileToWrite, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, offset, Math.min(writeSize, chunk.byteLength - offset))
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written, and no reason given'), { code: 'EIO' })
    offset += bytesWritten
  }
}

/**
 * Closes `file` whether or not `work` came to its end. An error of closing counts only where there was no other: it must
 * not hide the first.
 */
async function thenClose<T>(file: FileToWrite, work: () => Promise<T>): Promise<T> {
  let result: T
  try {
    result = await work()
  } catch (error) {
    await file.close().catch(() => undefined)
    throw error
  }
  await file.close()
  return result
}

/** Writes `chunks` one after the other to a new `file` and flushes it to the disk. Not atomic: for use in a directory that is renamed later. */
export async function writeFileDurable(
  file: string,
  chunks: Iterable<Uint8Array>,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<WrittenFile> {
  return withWriteErrors(file, async () => {
    const hash = createHash('sha256')
    let bytes = 0
    const handle = await fileSystem.open(file, 'wx')
    await thenClose(handle, async () => {
      for (const chunk of chunks) {
        hash.update(chunk)
        await writeFully(handle, chunk)
        bytes += chunk.byteLength
      }
      await flush(handle, file)
    })
    return { bytes, sha256: hash.digest('hex') }
  })
}

async function flush(handle: FileToWrite, file: string): Promise<void> {
  try {
    await handle.sync()
  } catch (error) {
    throw new FlushFailed(file, error)
  }
}

/** Makes a rename inside `directory` survive a power cut. Windows cannot open directories and needs no such thing. */
export async function syncDirectory(directory: string, fileSystem: FileSystem = nodeFileSystem): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await fileSystem.open(directory, 'r')
  await thenClose(handle, async () => {
    try {
      await handle.sync()
    } catch (error) {
      // Some file systems (network, FUSE) cannot flush a directory; the rename itself has happened.
      if (systemErrorCode(error) !== 'EINVAL') throw error
    }
  })
}

/** Puts `content` at `file`, replacing what was there in one step. Throws DISK_FULL or OUTPUT_NOT_WRITABLE. */
export async function writeFileAtomic(
  file: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<WrittenFile> {
  const chunks = typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content
  const temporary = join(dirname(file), temporaryName(basename(file)))
  return withWriteErrors(file, async () => {
    try {
      const written = await writeFileDurable(temporary, chunks, fileSystem)
      await fileSystem.rename(temporary, file)
      await syncDirectory(dirname(file), fileSystem)
      return written
    } catch (error) {
      await fileSystem.remove(temporary).catch(() => undefined)
      throw error
    }
  })
}
