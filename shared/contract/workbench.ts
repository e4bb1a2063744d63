import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { programIdSchema, programInputSchema, programResultSchema, workbenchEventSchema } from '../domain/workbench.ts'
import { procedure } from './base.ts'

export const workbench = {
  /**
   * Runs a program on rank processes of its own and tells how it goes; the last event is `result` or `failed`. Closing the
   * stream ends every process. One program at a time: RUN_ALREADY_ACTIVE otherwise. A training run may go on beside it.
   */
  run: procedure.input(programInputSchema).output(eventIterator(workbenchEventSchema)),
  /** The newest result of each arm, as far as it was ever run. */
  last: procedure.input(z.object({ program: programIdSchema })).output(z.array(programResultSchema)),
}
