import { z } from 'zod'
import { datasetCardSchema, datasetPreviewSchema } from '../domain/dataset.ts'
import { badRowPolicySchema, columnMappingSchema } from '../domain/run-config.ts'
import { procedure } from './base.ts'

/** Largest file that the lab reads, bytes. */
export const maxUploadBytes = 1024 * 1024 * 1024
/** Of one piece of an upload, before base64 makes it a third longer: every message stays below 1 MiB. */
export const uploadPieceBytes = 512 * 1024

const staged = z.object({ stagedId: z.string().max(64) })

export const datasets = {
  list: procedure.output(z.array(datasetCardSchema)),
  /** Makes room for a file that comes in pieces; nothing is imported yet. */
  stage: procedure.input(z.object({ fileName: z.string().max(255), sizeBytes: z.int().min(0).max(maxUploadBytes) })).output(staged),
  /** The next piece; `offset` is where the last one ended. */
  upload: procedure
    .input(staged.extend({ offset: z.int().min(0), base64: z.base64().max(Math.ceil(uploadPieceBytes / 3) * 4) }))
    .output(z.object({})),
  /** What the file looks like, once all of it is there. */
  inspect: procedure.input(staged.extend({ mapping: columnMappingSchema.optional() })).output(datasetPreviewSchema),
  import: procedure.input(staged.extend({ mapping: columnMappingSchema, onBadRow: badRowPolicySchema })).output(datasetCardSchema),
  /** Runs that were trained on it keep their record, but cannot be resumed. */
  remove: procedure.input(z.object({ datasetId: z.string().max(64) })).output(z.object({})),
  /** Starts the download of a data set of the hub; it is listed once it is there. Where it is, `downloads` says. */
  download: procedure.input(z.object({ name: z.enum(['ag_news']) })).output(z.object({ downloadId: z.string() })),
}
