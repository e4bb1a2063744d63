/** One model of the lab over HTTP, on this machine: start it, stop it, watch its requests. */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { servedModelSchema, servingTokenSchema } from '../domain/serving.ts'
import { procedure } from './base.ts'

export const serving = {
  /** Listens when it returns, and loads the model then: see `watch`. TOO_BUSY where one is served already, PORT_IN_USE, MODEL_NOT_FOUND. */
  start: procedure
    .input(
      z.object({
        /** As in `models.trained`. */
        modelId: z.string().max(64),
        /** 0: any free one. */
        port: z.int().min(0).max(65_535),
        /** Null: every program on this machine may ask. */
        token: servingTokenSchema.nullable(),
      }),
    )
    .output(servedModelSchema),
  /** Finishes what is in flight, then ends it. Nothing where none is served. */
  stop: procedure.output(servedModelSchema),
  /** At once, then after every change, at most four times a second; without texts and tokens. */
  watch: procedure.output(eventIterator(servedModelSchema)),
}
