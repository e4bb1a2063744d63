/** One process at a time goes on with a benchmark: the window and the command line could otherwise write over each other. */
import { LabError } from '../../shared/contract/errors.ts'
import { lockDirectory } from './lock.ts'

/** Call what it returns to let go. Throws RUN_ALREADY_ACTIVE while another process, or this one, holds it. */
export async function holdBenchmark(directory: string): Promise<() => void> {
  try {
    return await lockDirectory(directory)
  } catch (error) {
    if (!(error instanceof LabError) || error.info.code !== 'LAB_ALREADY_RUNNING') throw error
    throw new LabError({
      code: 'RUN_ALREADY_ACTIVE',
      title: 'The benchmark is going on in another program',
      cause: error.info.cause,
      suggestion: 'Pause it where it was started, with Ctrl-C on the command line, or wait for its end.',
    })
  }
}
