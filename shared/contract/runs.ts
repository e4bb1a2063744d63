import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { faultSchema } from '../domain/fault.ts'
import { runConfigSchema } from '../domain/run-config.ts'
import { runCurvesSchema } from '../domain/run-curves.ts'
import { runDetailSchema, runEventSchema, runSummarySchema } from '../domain/run.ts'
import { procedure } from './base.ts'

const runId = z.object({ runId: z.string().max(64) })

export const runs = {
  /** Newest first. */
  list: procedure.output(z.array(runSummarySchema)),
  get: procedure.input(runId).output(runDetailSchema),
  /** What can be drawn of it, in columns: for many long runs at once. */
  curves: procedure.input(runId).output(runCurvesSchema),
  /** One run at a time: a second start is refused with RUN_ALREADY_ACTIVE. */
  start: procedure.input(runConfigSchema).output(runId),
  /** Goes on from the newest valid checkpoint. */
  resume: procedure.input(runId).output(runId),
  /** Finishes the step, saves a checkpoint, ends every rank. Returns when it is over. */
  stop: procedure.input(runId).output(runDetailSchema),
  /** Finishes the step, saves a checkpoint, ends every rank, so that the device is free; `resume` goes on. */
  pause: procedure.input(runId).output(runDetailSchema),
  /** Breaks a rank of the run that is going on, on purpose. */
  injectFault: procedure.input(runId.extend({ rank: z.int().min(0), fault: faultSchema })).output(z.object({})),
  /** The end of what the run's processes printed. */
  log: procedure.input(runId).output(z.object({ text: z.string() })),
  remove: procedure.input(runId).output(z.object({})),
  /** A snapshot, then what is new, at most ten times a second, until the run ends. */
  watch: procedure.input(runId).output(eventIterator(runEventSchema)),
}
