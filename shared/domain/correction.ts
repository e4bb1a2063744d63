/** An answer that a person found wrong, with the right class: a labelled example in the making. */
import { z } from 'zod'

export const correctionSchema = z.object({
  /** Digest of the text: a text has one correction, the last. */
  id: z.string(),
  text: z.string(),
  /** What the person says is right. */
  label: z.string(),
  /** What the model had said. */
  predicted: z.string(),
  confidence: z.number(),
  modelId: z.string(),
  createdAt: z.iso.datetime(),
})
export type Correction = z.infer<typeof correctionSchema>
