/** A model that is served over HTTP: its requests as they are logged, and their figures. */
import { z } from 'zod'
import { labErrorInfoSchema } from '../contract/errors.ts'

/** One request as it is logged: never its text, never its token. */
export const requestRecordSchema = z.object({
  requestId: z.string(),
  /** When it came. */
  at: z.iso.datetime(),
  method: z.string(),
  /** Of the route that answered, without the query; '-' where there is none. */
  path: z.string(),
  status: z.int(),
  /** Until the answer was sent, milliseconds. */
  ms: z.number(),
  /** Texts that it asked for; null where it got no answer about texts. */
  texts: z.int().nullable(),
  /** Rows of the model's batch that computed it (its last one), those of other requests included. */
  batchRows: z.int().nullable(),
})
export type RequestRecord = z.infer<typeof requestRecordSchema>

export const requestFiguresSchema = z.object({
  /** Since the server started. */
  total: z.int(),
  /** By HTTP status. */
  byStatus: z.record(z.string(), z.int()),
  /** Of requests answered with 200 to /predict and /predict/batch within the last minute, milliseconds; null where there was none. */
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  /** How many those were. */
  lastMinuteCount: z.int(),
})
export type RequestFigures = z.infer<typeof requestFiguresSchema>

/** Printable ASCII without spaces: what fits into an Authorization header. */
export const servingTokenSchema = z
  .string()
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'must be letters, digits and signs without spaces')

export const servingStateSchema = z.enum(['stopped', 'loading', 'ready', 'stopping', 'failed'])
export type ServingState = z.infer<typeof servingStateSchema>

/** The model that the lab serves over HTTP, or served last. */
export const servedModelSchema = z.object({
  state: servingStateSchema,
  /** Null where none was served since the lab started. */
  model: z.object({ id: z.string(), title: z.string() }).nullable(),
  /** While it listens: 'http://127.0.0.1:8000'. */
  url: z.string().nullable(),
  needsToken: z.boolean(),
  startedAt: z.iso.datetime().nullable(),
  /** Why it failed, in state 'failed'. */
  error: labErrorInfoSchema.nullable(),
  figures: requestFiguresSchema.nullable(),
  /** The last ones, oldest first. */
  recent: z.array(requestRecordSchema),
})
export type ServedModelStatus = z.infer<typeof servedModelSchema>
