/** A download from the hub as the page shows it: what, how far, and whether it can go on. */
import { z } from 'zod'
import { labErrorInfoSchema } from '../contract/errors.ts'

export const repoKindSchema = z.enum(['model', 'dataset'])

/**
 * `interrupted` is one whose lab was closed or died; `finishing` one whose files are all there and are being read. What is on
 * the disk is kept in every state, and Resume goes on from it.
 */
export const downloadStateSchema = z.enum(['running', 'finishing', 'done', 'failed', 'cancelled', 'interrupted'])
export type DownloadState = z.infer<typeof downloadStateSchema>

export const downloadSchema = z.object({
  /** One for each repository and revision. */
  id: z.string(),
  title: z.string(),
  repo: z.object({ kind: repoKindSchema, id: z.string(), revision: z.string() }),
  /** Paths in the repository. */
  files: z.array(z.string()),
  state: downloadStateSchema,
  receivedBytes: z.number(),
  /** Null until the hub has said it. */
  totalBytes: z.number().nullable(),
  /** Measured over the last seconds. */
  bytesPerSec: z.number().nullable(),
  etaMs: z.number().nullable(),
  /** Why it failed. */
  error: labErrorInfoSchema.nullable(),
  startedAt: z.iso.datetime(),
})
export type Download = z.infer<typeof downloadSchema>
