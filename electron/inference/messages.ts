/** What the lab and its inference worker say to each other. Both sides parse. */
import { z } from 'zod'
import { labErrorInfoSchema } from '../../shared/contract/errors.ts'
import { batchPredictionSchema, predictionSchema } from '../../shared/domain/prediction.ts'

export const workerDataSchema = z.object({ threads: z.int().positive() })

export const requestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('headline'), id: z.int(), modelDirectory: z.string(), text: z.string() }),
  /** One batch: what the worker computes before it looks at the next message. */
  z.object({ type: z.literal('batch'), id: z.int(), modelDirectory: z.string(), texts: z.array(z.string()) }),
])
export type InferenceRequest = z.infer<typeof requestSchema>

/** The checkpoint whose weights were loaded; null in a folder that another program made. */
const answeredBySchema = z.object({ checkpoint: z.string(), step: z.int(), epoch: z.int() }).nullable()

export const responseSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('headline'),
    id: z.int(),
    classification: predictionSchema.omit({ checkpoint: true }),
    answeredBy: answeredBySchema,
  }),
  z.object({
    type: z.literal('batch'),
    id: z.int(),
    /** In the order of the request's texts. */
    classifications: z.array(batchPredictionSchema.omit({ text: true, checkpoint: true })),
    answeredBy: answeredBySchema,
  }),
  z.object({ type: z.literal('error'), id: z.int(), error: labErrorInfoSchema }),
])
export type InferenceResponse = z.infer<typeof responseSchema>
