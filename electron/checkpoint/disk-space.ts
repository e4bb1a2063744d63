/**
 * Room on the disk, in figures a person can act on. Asked before the first byte is written, so that a disk known to be too
 * full is not filled to the brim; and once more where it turns out to be full all the same.
 */
import { LabError } from '../../shared/contract/errors.ts'
import { isDiskFull } from './file-errors.ts'
import type { FileSystem } from './file-system.ts'

/** Directories and the ends of files take whole blocks. */
const slackBytes = 64 * 1024

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

export interface NeededRoom {
  /** What is to be written, in words: 'checkpoint step-000120'. */
  what: string
  /** Exists; the file system that it lies on is asked. */
  directory: string
  bytes: number
  /** What to do once there is room. */
  afterwards?: string
}

/** Runs `write`, which writes `bytes` under `directory`. Throws DISK_FULL with how much it needs and how much is free. */
export async function withRoom<T>(
  { what, directory, bytes, afterwards = 'then resume the run: its last checkpoint is intact' }: NeededRoom,
  fileSystem: FileSystem,
  write: () => Promise<T>,
): Promise<T> {
  const full = (freeBytes: number | null, cause?: unknown): LabError => {
    const free = freeBytes === null ? 'there is less' : `${megabytes(freeBytes)} are free`
    return new LabError(
      {
        code: 'DISK_FULL',
        title: `The disk is full: it needs ${megabytes(bytes + slackBytes)} for ${what}`,
        cause: `Writing ${what} into ${directory} needs ${megabytes(bytes + slackBytes)}, and ${free}.`,
        suggestion: `Free at least ${megabytes(Math.max(0, bytes + slackBytes - (freeBytes ?? 0)))} (old runs can be removed in the list of runs), ${afterwards}.`,
      },
      { cause },
    )
  }
  const freeBefore = await freeOrUnknown(directory, fileSystem)
  if (freeBefore !== null && freeBefore < bytes + slackBytes) throw full(freeBefore)
  try {
    return await write()
  } catch (error) {
    // Somebody else filled it meanwhile, or a quota is smaller than the disk.
    if (isDiskFull(error)) throw full(await freeOrUnknown(directory, fileSystem), error)
    throw error
  }
}

/** Null where the file system does not say: then the write itself finds out. */
async function freeOrUnknown(directory: string, fileSystem: FileSystem): Promise<number | null> {
  try {
    return await fileSystem.freeBytes(directory)
  } catch {
    return null
  }
}
