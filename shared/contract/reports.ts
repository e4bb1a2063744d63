import { z } from 'zod'
import { reportFormatSchema } from '../domain/report.ts'
import { procedure } from './base.ts'

const printedSchema = z.object({
  fileName: z.string(),
  /** Base64; null where this lab has no browser engine: then the page prints `html` itself. */
  pdf: z.string().nullable(),
  html: z.string(),
})

export const reports = {
  /** The report of a run or a benchmark on paper. */
  print: procedure.input(z.object({ of: z.enum(['run', 'benchmark']), id: z.string().max(64) })).output(printedSchema),
  /** Renders the report of a run, keeps a copy in its directory and hands the text over. */
  export: procedure
    .input(z.object({ runId: z.string().max(64), format: reportFormatSchema }))
    .output(z.object({ fileName: z.string(), mediaType: z.string(), text: z.string() })),
}
