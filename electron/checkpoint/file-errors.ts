/**
 * What the file system says, in the lab's words: a full disk, a place that cannot be written, a disk that fails. Anything
 * that is no answer of the system goes on unchanged.
 */
import { LabError } from '../../shared/contract/errors.ts'

const unwritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'EISDIR', 'ENAMETOOLONG', 'EEXIST', 'ELOOP'])

/** The `code` of a Node system error, or null. */
export function systemErrorCode(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' ? code : null
}

/** Whether there was no room left, as the system says it or as `toWriteError` does. */
export function isDiskFull(error: unknown): boolean {
  const code = systemErrorCode(error)
  return code === 'ENOSPC' || code === 'EDQUOT' || (error instanceof LabError && error.info.code === 'DISK_FULL')
}

/** `error` of a write under `path` as a `LabError` (DISK_FULL, OUTPUT_NOT_WRITABLE) where the system reported it. */
export function toWriteError(error: unknown, path: string): unknown {
  const code = systemErrorCode(error)
  if (isDiskFull(error) && !(error instanceof LabError)) {
    return new LabError(
      {
        code: 'DISK_FULL',
        title: 'The disk is full',
        cause: `There was no room left while writing ${path}.`,
        suggestion:
          'Free some space (old runs can be removed in the list of runs), then resume the run: it goes on from what was saved last.',
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
  // Node's own mistakes have codes, too: ERR_INVALID_ARG_TYPE and the like.
  if (code !== null && /^E(?!RR_)[A-Z0-9]+$/.test(code)) {
    return new LabError(
      {
        code: 'OUTPUT_NOT_WRITABLE',
        title: 'The disk reported an error',
        cause: `Writing ${path} failed with ${code}.`,
        suggestion: 'Check the disk. What was saved before is intact: copy the run to another disk and resume it there.',
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
