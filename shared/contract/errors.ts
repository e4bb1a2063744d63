/**
 * The one error type of the lab. Every failure that a person can meet is a `LabError`: what happened
 * (`title`), why (`cause`), what to do next (`suggestion`). It crosses processes and transports as plain
 * `LabErrorInfo`, always parsed, and is shown the same way in the window and on the command line.
 */
import { z } from 'zod'

export const errorCodes = [
  // input
  'CONFIG_INVALID',
  'ARGUMENT_INVALID',
  'DATA_NOT_FOUND',
  'DATA_EMPTY',
  'DATA_UNREADABLE',
  'DATA_BAD_ROWS',
  'DATA_ONE_CLASS',
  'DATA_UNKNOWN_LABEL',
  'DATA_CELL_TOO_LARGE',
  'DATA_COLUMNS_UNCLEAR',
  // files
  'OUTPUT_NOT_WRITABLE',
  'DISK_FULL',
  'MODEL_NOT_FOUND',
  'MODEL_INVALID',
  'CHECKPOINT_CORRUPT',
  'CHECKPOINT_NOT_FOUND',
  'RUN_NOT_FOUND',
  'RUN_NOT_RESUMABLE',
  'IMPORT_INVALID',
  'BENCHMARK_NOT_FOUND',
  'BENCHMARK_TOO_SHORT',
  // hub
  'HUB_UNREACHABLE',
  'HUB_ACCESS_DENIED',
  'HUB_NOT_FOUND',
  'HUB_ANSWER_INVALID',
  'DOWNLOAD_CORRUPT',
  'DOWNLOAD_NOT_FOUND',
  'HUB_TOKEN_MISSING',
  'HUB_TOKEN_REFUSED',
  'HUB_WRITE_DENIED',
  'HUB_QUOTA',
  'HUB_TOO_LARGE',
  'HUB_RATE_LIMITED',
  'UPLOAD_INTERRUPTED',
  'SPACE_EXISTS',
  'SPACE_CHANGED',
  // deployed Spaces
  'SPACE_NOT_FOUND',
  'SPACE_INVALID',
  'SPACE_NOT_READY',
  'DEPLOYED_UNREACHABLE',
  'DEPLOYED_ANSWER_INVALID',
  // training
  'RUN_ALREADY_ACTIVE',
  'RANK_FAILED',
  'RANK_SILENT',
  'RANK_STALLED',
  'RANK_MISMATCH',
  'COLLECTIVE_TIMEOUT',
  'COLLECTIVE_DESYNC',
  'COLLECTIVE_CORRUPT',
  'LOSS_NOT_FINITE',
  'BACKEND_UNAVAILABLE',
  // lab and hosts
  'LAB_ALREADY_RUNNING',
  'PORT_IN_USE',
  'UNAUTHORIZED',
  'TOO_BUSY',
  'TOOL_NOT_FOUND',
  'REMOTE_FAILED',
  'KAGGLE_NO_TOKEN',
  'KAGGLE_FAILED',
  'REQUEST_INVALID',
  'NOT_READY',
  'CANCELLED',
  'NOT_IMPLEMENTED_HERE',
  'INTERNAL',
] as const

export const errorCodeSchema = z.enum(errorCodes)
export type ErrorCode = z.infer<typeof errorCodeSchema>

export const labErrorInfoSchema = z.object({
  code: errorCodeSchema,
  /** What happened, one line, no full stop. */
  title: z.string(),
  /** Why, in a sentence. */
  cause: z.string(),
  /** What to do next, in a sentence. */
  suggestion: z.string(),
})
export type LabErrorInfo = z.infer<typeof labErrorInfoSchema>

export class LabError extends Error {
  override readonly name = 'LabError'
  readonly info: LabErrorInfo

  constructor(info: LabErrorInfo, options?: { cause?: unknown }) {
    super(`${info.title}: ${info.cause}`, options)
    this.info = info
  }
}

/** Any thrown value as `LabErrorInfo`; what is not a `LabError` is a fault of ours and says so. */
export function toLabErrorInfo(error: unknown): LabErrorInfo {
  if (error instanceof LabError) return error.info
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: 'INTERNAL',
    title: 'Something in the lab itself went wrong',
    cause: message,
    suggestion: 'Try again; if it happens again, report it together with the log shown here.',
  }
}
