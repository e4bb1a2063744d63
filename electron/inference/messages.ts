/** What the lab and its inference worker say to each other. Both sides parse. */
import { z } from 'zod'
import { labErrorInfoSchema } from '../../shared/contract/errors.ts'
import { predictionSchema } from '../../shared/domain/prediction.ts'

export const workerDataSchema = z.object({ threads: z.int().positive() })

export const requestSchema = z.object({ id: z.int(), modelDirectory: z.string(), text: z.string() })
export type InferenceRequest = z.infer<typeof requestSchema>

const answeredBySchema = z.object({ checkpoint: z.string(), step: z.int(), epoch: z.int() })

export const responseSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('answer'),
    id: z.int(),
    classification: predictionSchema.omit({ checkpoint: true }),
    /** The checkpoint whose weights were loaded; null in a folder that another program made. */
    answeredBy: answeredBySchema.nullable(),
  }),
  z.object({ type: z.literal('error'), id: z.int(), error: labErrorInfoSchema }),
])
export type InferenceResponse = z.infer<typeof responseSchema>
