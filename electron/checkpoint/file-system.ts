/**
 * The operations of the file system by which a checkpoint or a model folder comes to be, and no others: the seam at which
 * tests make each of them fail. Whoever writes takes a `FileSystem` as its last argument, the real one by default. It
 * decides nothing and hides nothing; reading goes past it.
 */
import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'

export interface FileToWrite {
  /** May write less than asked. */
  write(chunk: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>
  sync(): Promise<void>
  close(): Promise<void>
}

export interface FileSystem {
  /** `wx`: a new file, to be written. `r`: a directory, to be flushed. */
  open(path: string, flags: 'wx' | 'r'): Promise<FileToWrite>
  mkdir(path: string): Promise<unknown>
  readdir(path: string): Promise<string[]>
  rename(from: string, to: string): Promise<void>
  /** With everything in it; nothing there is no error. */
  remove(path: string): Promise<void>
  freeBytes(directory: string): Promise<number>
}

export const nodeFileSystem: FileSystem = {
  open,
  mkdir: (path) => mkdir(path),
  readdir: (path) => readdir(path),
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  freeBytes: async (directory) => {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  },
}
