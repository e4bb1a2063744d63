import { z } from 'zod'
import { csvPreviewSchema, datasetCardSchema } from '../domain/dataset.ts'
import { badRowPolicySchema, columnMappingSchema } from '../domain/run-config.ts'
import { procedure } from './base.ts'

/** Largest CSV that the window takes, bytes; the command line reads files of any size. */
export const maxUploadBytes = 48 * 1024 * 1024

export const datasets = {
  list: procedure.output(z.array(datasetCardSchema)),
  /** Keeps the text aside and says what it looks like; nothing is imported yet. */
  stageCsv: procedure
    .input(z.object({ fileName: z.string().max(255), text: z.string(), mapping: columnMappingSchema.optional() }))
    .output(z.object({ stagedId: z.string(), preview: csvPreviewSchema })),
  importCsv: procedure
    .input(z.object({ stagedId: z.string(), mapping: columnMappingSchema, onBadRow: badRowPolicySchema }))
    .output(datasetCardSchema),
}
