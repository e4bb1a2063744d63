import { z } from 'zod'
import { predictionSchema } from '../domain/prediction.ts'
import { procedure } from './base.ts'

export const playground = {
  classify: procedure.input(z.object({ modelId: z.string().max(64), text: z.string().max(20_000) })).output(predictionSchema),
}
