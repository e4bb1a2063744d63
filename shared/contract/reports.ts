import { z } from 'zod'
import { reportFormatSchema } from '../domain/report.ts'
import { procedure } from './base.ts'

export const reports = {
  /** Renders the report of a run, keeps a copy in its directory and hands the text over. */
  export: procedure
    .input(z.object({ runId: z.string().max(64), format: reportFormatSchema }))
    .output(z.object({ fileName: z.string(), mediaType: z.string(), text: z.string() })),
}
