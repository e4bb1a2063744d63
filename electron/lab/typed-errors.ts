/**
 * Whatever a handler throws crosses the contract as the one typed error `LAB`. An input that does not fit its schema
 * becomes CONFIG_INVALID in words; what nobody foresaw becomes INTERNAL, its stack kept on this side, in the log.
 */
import { ORPCError, ValidationError } from '@orpc/server'
import { z } from 'zod'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { LabError, toLabErrorInfo } from '../../shared/contract/errors.ts'

/** Runs `work`; what it throws is turned into the contract's error. */
export async function withTypedErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toContractError(error)
  }
}

/** The same for a stream, whose errors appear only when it is read. */
export async function* streamWithTypedErrors<T>(stream: AsyncIterable<T>): AsyncGenerator<T, void> {
  try {
    yield* stream
  } catch (error) {
    throw toContractError(error)
  }
}

function toContractError(error: unknown): unknown {
  // A cancelled request is not an error of anybody's.
  if (error instanceof Error && error.name === 'AbortError') return error
  if (error instanceof ORPCError && error.code === 'LAB') return error
  const info = describe(error)
  if (info.code === 'INTERNAL') console.error(error)
  return new ORPCError('LAB', { status: 422, message: `${info.title}: ${info.cause}`, data: info })
}

function describe(error: unknown): LabErrorInfo {
  if (error instanceof LabError) return error.info
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError) {
    return configInvalid(error.cause.issues)
  }
  if (error instanceof z.ZodError) return configInvalid(error.issues)
  return toLabErrorInfo(error)
}

/** Also used by the command line, so that both say the same of the same mistake. */
export function configInvalid(issues: readonly { message: string; path?: readonly unknown[] | undefined }[]): LabErrorInfo {
  const complaints = issues.map(({ path, message }) => {
    const name = (path ?? []).map((part) => String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part)).join('.')
    return name ? `${name}: ${message}` : message
  })
  return {
    code: 'CONFIG_INVALID',
    title: 'The lab cannot work with these values',
    cause: complaints.slice(0, 5).join('; '),
    suggestion: 'Correct the values named above and try again.',
  }
}
