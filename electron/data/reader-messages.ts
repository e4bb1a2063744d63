/** What the lab and the thread that reads its data files say to each other. Both sides parse. */
import { z } from 'zod'
import { labErrorInfoSchema } from '../../shared/contract/errors.ts'
import { dataFormatSchema, datasetCardSchema, datasetPreviewSchema } from '../../shared/domain/dataset.ts'
import { columnMappingSchema, dataRefSchema } from '../../shared/domain/run-config.ts'

export const jobSchema = z.discriminatedUnion('want', [
  z.object({ want: z.literal('preview'), kind: dataFormatSchema, path: z.string(), mapping: columnMappingSchema.optional() }),
  z.object({ want: z.literal('card'), ref: dataRefSchema }),
])
export type ReaderJob = z.infer<typeof jobSchema>

export const jobAnswerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('preview'), preview: datasetPreviewSchema }),
  z.object({ type: z.literal('card'), card: datasetCardSchema }),
  z.object({ type: z.literal('error'), error: labErrorInfoSchema }),
])
export type JobAnswer = z.infer<typeof jobAnswerSchema>
