import { z } from 'zod'
import { modelPresetNameSchema } from '../domain/model-config.ts'
import { trainedModelSchema } from '../domain/prediction.ts'
import { procedure } from './base.ts'

export const models = {
  presets: procedure.output(
    z.array(
      z.object({
        name: modelPresetNameSchema,
        title: z.string(),
        description: z.string(),
        /** With four labels and the preset's full vocabulary. */
        parameterCount: z.int(),
      }),
    ),
  ),
  /** Newest first. */
  trained: procedure.output(z.array(trainedModelSchema)),
}
