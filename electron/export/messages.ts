/** What the lab and its export worker say to each other. Both sides parse. */
import { z } from 'zod'
import { labErrorInfoSchema } from '../../shared/contract/errors.ts'
import { exportProgressSchema, exportResultSchema, precisionSchema } from '../../shared/domain/export.ts'
import { runDetailSchema } from '../../shared/domain/run.ts'

/** Given to the worker when it starts; afterwards the lab says at most 'cancel'. */
export const exportJobSchema = z.object({
  modelDirectory: z.string(),
  target: z.string(),
  run: runDetailSchema.nullable(),
  precisions: z.array(precisionSchema).optional(),
  threads: z.int().positive(),
})
export type ExportJob = z.infer<typeof exportJobSchema>

export const cancelMessage = 'cancel'

export const workerMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress: exportProgressSchema }),
  z.object({ type: z.literal('done'), result: exportResultSchema }),
  z.object({ type: z.literal('error'), error: labErrorInfoSchema }),
])
export type WorkerMessage = z.infer<typeof workerMessageSchema>
