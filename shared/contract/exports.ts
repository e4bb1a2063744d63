import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { exportedFolderSchema, exportEventSchema, exportFormatSchema } from '../domain/export.ts'
import { procedure } from './base.ts'

const folderName = z.string().trim().min(1).max(100)

export const exports = {
  /**
   * Writes the run's model, or its measurements, into `<data directory>/exports/<folderName>`. The stream is the export:
   * progress, then `done`. Who lets go of it cancels the export, and nothing of it is kept.
   */
  run: procedure
    .input(z.object({ runId: z.string().max(64), format: exportFormatSchema, folderName }))
    .output(eventIterator(exportEventSchema)),
  /** What an earlier export of a model left in `<data directory>/exports/<folderName>`; null where there is none. */
  read: procedure.input(z.object({ folderName })).output(exportedFolderSchema.nullable()),
}
