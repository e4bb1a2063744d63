/** Cancelling an export: asked between two pieces of work, answered by one typed error. */
import { LabError } from '../../shared/contract/errors.ts'

/** Throws CANCELLED where `signal` was given. Lets messages in first: computing keeps a thread from hearing of it. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  if (signal?.aborted) throw cancelled()
}

export const cancelled = (): LabError =>
  new LabError({
    code: 'CANCELLED',
    title: 'The export was cancelled',
    cause: 'It was asked to stop before it was finished.',
    suggestion: 'Nothing of it was kept. Export again whenever you like.',
  })
