/**
 * The real file system, of which chosen operations fail or write short. Counts every operation, so that a save can be run
 * once to learn how many there are, and then once for each.
 */
import { type FileSystem, type FileToWrite, nodeFileSystem } from '../../electron/checkpoint/file-system.ts'

export interface Failures {
  /** Called with the number of the operation (from 0) and its name; the code of an error makes it fail. */
  fails(index: number, operation: string): string | null
  /** At most so many bytes are written at once. */
  writeAtMost?: number
}

export class FaultyFileSystem implements FileSystem {
  /** Names of all operations so far: 'write', 'sync', 'rename' … */
  readonly operations: string[] = []
  readonly #failures: Failures

  constructor(failures: Failures = { fails: () => null }) {
    this.#failures = failures
  }

  open = (path: string, flags: 'wx' | 'r'): Promise<FileToWrite> =>
    this.#guard('open', async () => this.#file(await nodeFileSystem.open(path, flags)))
  mkdir = (path: string): Promise<unknown> => this.#guard('mkdir', () => nodeFileSystem.mkdir(path))
  readdir = (path: string): Promise<string[]> => this.#guard('readdir', () => nodeFileSystem.readdir(path))
  rename = (from: string, to: string): Promise<void> => this.#guard('rename', () => nodeFileSystem.rename(from, to))
  remove = (path: string): Promise<void> => this.#guard('remove', () => nodeFileSystem.remove(path))
  freeBytes = (directory: string): Promise<number> => this.#guard('freeBytes', () => nodeFileSystem.freeBytes(directory))

  #file(file: FileToWrite): FileToWrite {
    const { writeAtMost = Infinity } = this.#failures
    return {
      write: (chunk, offset, length) => this.#guard('write', () => file.write(chunk, offset, Math.min(length, writeAtMost))),
      sync: () => this.#guard('sync', () => file.sync()),
      close: async () => {
        // A descriptor is free after close, also where that reports an error.
        await file.close()
        await this.#guard('close', () => Promise.resolve())
      },
    }
  }

  async #guard<T>(operation: string, act: () => Promise<T>): Promise<T> {
    const code = this.#failures.fails(this.operations.push(operation) - 1, operation)
    if (code !== null) throw Object.assign(new Error(`${code}: made to fail, ${operation}`), { code })
    return act()
  }
}
