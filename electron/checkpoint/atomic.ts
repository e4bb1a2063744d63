/**
 * Files that are either wholly there or not at all, also after a crash or a power cut: written under another name,
 * flushed to the disk, then renamed, then the directory flushed. Nothing else in the lab writes files that matter.
 */
import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { systemErrorCode, withWriteErrors } from './file-errors.ts'

/** Marks what a killed writer left behind; nobody reads such names. */
export const temporaryPrefix = '.tmp-'

export const temporaryName = (name: string): string => `${temporaryPrefix}${name}-${process.pid}-${randomBytes(4).toString('hex')}`

export interface WrittenFile {
  bytes: number
  /** Hex. */
  sha256: string
}

const writeSize = 8 * 1024 * 1024

/** `fs.write` may write less than it was asked to: goes on until all is written. */
async function writeFully(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength;) {
    const { bytesWritten } = await handle.write(chunk, offset, Math.min(writeSize, chunk.byteLength - offset))
    offset += bytesWritten
  }
}

/** Writes `chunks` one after the other to a new `file` and flushes it to the disk. Not atomic: for use in a directory that is renamed later. */
export async function writeFileDurable(file: string, chunks: Iterable<Uint8Array>): Promise<WrittenFile> {
  return withWriteErrors(file, async () => {
    const hash = createHash('sha256')
    let bytes = 0
    const handle = await open(file, 'wx')
    try {
      for (const chunk of chunks) {
        hash.update(chunk)
        await writeFully(handle, chunk)
        bytes += chunk.byteLength
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    return { bytes, sha256: hash.digest('hex') }
  })
}

/** Makes a rename inside `directory` survive a power cut. Windows cannot open directories and needs no such thing. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Some file systems (network, FUSE) cannot flush a directory; the rename itself has happened.
    if (systemErrorCode(error) !== 'EINVAL') throw error
  } finally {
    await handle.close()
  }
}

/** Puts `content` at `file`, replacing what was there in one step. Throws DISK_FULL or OUTPUT_NOT_WRITABLE. */
export async function writeFileAtomic(file: string, content: string | Uint8Array | Iterable<Uint8Array>): Promise<WrittenFile> {
  const chunks = typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content
  const temporary = join(dirname(file), temporaryName(basename(file)))
  return withWriteErrors(file, async () => {
    try {
      const written = await writeFileDurable(temporary, chunks)
      await rename(temporary, file)
      await syncDirectory(dirname(file))
      return written
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  })
}
