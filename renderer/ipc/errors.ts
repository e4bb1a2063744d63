/** Any failure of a call as the one error shape that the page shows. */
import { ORPCError } from '@orpc/client'
import { labErrorInfoSchema, toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { ConnectionLost } from './client.ts'

const lost: LabErrorInfo = {
  code: 'INTERNAL',
  title: 'The lab does not answer',
  cause: 'The connection between this window and the lab is gone.',
  suggestion: 'The window reconnects by itself; try again once the status bar says so.',
}

export function toErrorInfo(error: unknown): LabErrorInfo {
  if (error instanceof ORPCError && error.code === 'LAB') {
    const info = labErrorInfoSchema.safeParse(error.data)
    if (info.success) return info.data
  }
  return isConnectionLoss(error) ? lost : toLabErrorInfo(error)
}

/** oRPC aborts open calls and streams when its peer closes. */
export function isConnectionLoss(error: unknown): boolean {
  return error instanceof ConnectionLost || (error instanceof Error && error.name === 'AbortError')
}
