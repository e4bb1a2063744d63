/**
 * Room on the disk, in figures a person can act on. Asked before the first byte is written, so that a disk known to be too
 * full is not filled to the brim; and once more where it turns out to be full all the same.
 */
import { LabError } from '../../shared/contract/errors.ts'
import { isDiskFull } from './file-errors.ts'
import type { FileSystem } from './file-system.ts'

/** Directories and the ends of files take whole blocks. */
const slackBytes = 64 * 1024

const inWords = (bytes: number): string => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`)

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
  { what, directory, bytes, afterwards = 'then resume the run: it goes on from what was saved last' }: NeededRoom,
  fileSystem: FileSystem,
  write: () => Promise<T>,
): Promise<T> {
  const neededBytes = bytes + slackBytes
  const full = (freeBytes: number | null, cause?: unknown): LabError => {
    // The system refuses what would fit by its own figures where a quota is used up.
    const refused = freeBytes !== null && freeBytes >= neededBytes
    const free = freeBytes === null ? 'there is less' : `${inWords(freeBytes)} are free`
    const missing = inWords(refused ? neededBytes : neededBytes - (freeBytes ?? 0))
    return new LabError(
      {
        code: 'DISK_FULL',
        title: `The disk is full: it needs ${inWords(neededBytes)} for ${what}`,
        cause: `Writing ${what} into ${directory} needs ${inWords(neededBytes)}, and ${free}${refused ? ', but the system refused it: perhaps a quota is used up' : ''}.`,
        suggestion: `Free at least ${missing} (old runs can be removed in the list of runs), ${afterwards}.`,
      },
      { cause },
    )
  }
  const freeBefore = await freeOrUnknown(directory, fileSystem)
  if (freeBefore !== null && freeBefore < neededBytes) throw full(freeBefore)
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
