/**
 * What the file system says, in the lab's words: a full disk and a place that cannot be written are the two a person can
 * do something about. Anything else goes on unchanged.
 */
import { LabError } from '../../shared/contract/errors.ts'

const unwritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'EISDIR', 'ENAMETOOLONG', 'EEXIST', 'ELOOP'])

/** The `code` of a Node system error, or null. */
export function systemErrorCode(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' ? code : null
}

/** `error` of a write under `path` as a `LabError` (DISK_FULL, OUTPUT_NOT_WRITABLE) where it is one of those. */
export function toWriteError(error: unknown, path: string): unknown {
  const code = systemErrorCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new LabError(
      {
        code: 'DISK_FULL',
        title: 'The disk is full',
        cause: `There was no room left while writing ${path}.`,
        suggestion: 'Free some space (old runs can be removed in the list of runs), then resume the run: its last checkpoint is intact.',
      },
      { cause: error },
    )
  }
  if (code !== null && unwritable.has(code)) {
    return new LabError(
      {
        code: 'OUTPUT_NOT_WRITABLE',
        title: 'The output directory cannot be written',
        cause: `Writing ${path} failed with ${code}.`,
        suggestion: 'Choose a directory you own, or change its permissions.',
      },
      { cause: error },
    )
  }
  return error
}

/** Runs `action`, whose writes go under `path`, and translates its file errors. */
export async function withWriteErrors<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw toWriteError(error, path)
  }
}
