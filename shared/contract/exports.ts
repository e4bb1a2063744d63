import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { exportEventSchema, exportFormatSchema } from '../domain/export.ts'
import { procedure } from './base.ts'

export const exports = {
  /**
   * Writes the run's model, or its measurements, into `<data directory>/exports/<folderName>`. The stream is the export:
   * progress, then `done`. Who lets go of it cancels the export, and nothing of it is kept.
   */
  run: procedure
    .input(z.object({ runId: z.string().max(64), format: exportFormatSchema, folderName: z.string().trim().min(1).max(100) }))
    .output(eventIterator(exportEventSchema)),
}
