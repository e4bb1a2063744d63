import { z } from 'zod'
import { correctionSchema } from '../domain/correction.ts'
import { datasetCardSchema } from '../domain/dataset.ts'
import { procedure } from './base.ts'
import { longestText } from './playground.ts'

export const corrections = {
  /** Newest first. */
  list: procedure.output(z.array(correctionSchema)),
  /** Replaces an earlier correction of the same text. */
  add: procedure
    .input(
      correctionSchema
        .omit({ id: true, createdAt: true })
        .extend({ text: z.string().max(longestText).regex(/\S/), label: z.string().min(1).max(200) }),
    )
    .output(correctionSchema),
  /** What is not there is removed already. */
  remove: procedure.input(z.object({ id: z.string().max(64) })).output(z.object({})),
  /** All of them as a data set to train on, imported like any CSV. */
  makeDataset: procedure.output(datasetCardSchema),
}
