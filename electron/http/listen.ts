/** Why a server cannot listen where it was asked to, as the lab's error. */
import { LabError } from '../../shared/contract/errors.ts'

/** PORT_IN_USE where the system refused `port`; null where `error` is something else. */
export function portRefused(error: unknown, port: number): LabError | null {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return null
  return new LabError({
    code: 'PORT_IN_USE',
    title: `Port ${port} cannot be used`,
    cause: code === 'EACCES' ? 'This user may not open it.' : 'Another program is listening on it.',
    suggestion: 'Choose another one, or 0 for any that is free.',
  })
}
