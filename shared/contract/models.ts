import { z } from 'zod'
import { pretrainedModelSchema } from '../domain/model-report.ts'
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
  /** Folders that were opened and models that were downloaded, the newest first, each as it is now. */
  pretrained: procedure.output(z.array(pretrainedModelSchema)),
  /** Looks at a folder of transformers on the lab's machine and puts it into the list. */
  openFolder: procedure.input(z.object({ path: z.string().min(1).max(4096) })).output(pretrainedModelSchema),
  /** Starts a download from the hub, `downloads.watch` tells how far it is; once it is whole, the model is in the list. */
  download: procedure
    .input(z.object({ id: z.string().max(200), revision: z.string().max(200).default('main') }))
    .output(z.object({ downloadId: z.string() })),
  /** Takes a model off the list. Its files stay where they are. */
  forget: procedure.input(z.object({ id: z.string().max(64) })).output(z.object({})),
}
