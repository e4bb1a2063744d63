import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { runConfigSchema } from '../domain/run-config.ts'
import { runDetailSchema, runEventSchema, runSummarySchema } from '../domain/run.ts'
import { procedure } from './base.ts'

const runId = z.object({ runId: z.string().max(64) })

export const runs = {
  /** Newest first. */
  list: procedure.output(z.array(runSummarySchema)),
  get: procedure.input(runId).output(runDetailSchema),
  /** One run at a time: a second start is refused with RUN_ALREADY_ACTIVE. */
  start: procedure.input(runConfigSchema).output(runId),
  /** Goes on from the newest valid checkpoint. */
  resume: procedure.input(runId).output(runId),
  /** Finishes the step, saves a checkpoint, ends every rank. Returns when it is over. */
  stop: procedure.input(runId).output(runDetailSchema),
  remove: procedure.input(runId).output(z.object({})),
  /** A snapshot, then what is new, at most ten times a second, until the run ends. */
  watch: procedure.input(runId).output(eventIterator(runEventSchema)),
}
