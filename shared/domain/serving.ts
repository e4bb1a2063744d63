/** A model that is served over HTTP: its requests as they are logged, and their figures. */
import { z } from 'zod'

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
