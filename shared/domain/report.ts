import { z } from 'zod'
import { epochMetricsSchema, stepMetricsSchema } from './metrics.ts'
import { provenanceSchema } from './hardware.ts'
import { runRecordSchema } from './run.ts'

export const reportFormatSchema = z.enum(['html', 'markdown', 'json'])
export type ReportFormat = z.infer<typeof reportFormatSchema>

/** The facts of a run's report; HTML and Markdown are renderings of it, and JSON is it. */
export const runReportSchema = z.object({
  format: z.literal('distrinews-run-report'),
  version: z.literal(1),
  id: z.string(),
  generatedAt: z.iso.datetime(),
  provenance: provenanceSchema,
  record: runRecordSchema,
  epochs: z.array(epochMetricsSchema),
  steps: z.array(stepMetricsSchema),
  summary: z.object({
    completedSteps: z.int(),
    finalTrainLoss: z.number().nullable(),
    bestValidationAccuracy: z.number().nullable(),
    bestEpoch: z.int().nullable(),
    validationAccuracyInterval: z.tuple([z.number(), z.number()]).nullable(),
    /** Step times, the first epoch's first 5 steps left out as warm-up. Milliseconds. */
    stepMs: z.object({ count: z.int(), p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
    medianSamplesPerSec: z.number().nullable(),
    /** Share of the step spent in each phase, medians over ranks and steps; sums to ≤ 1. */
    phaseShares: z.record(z.string(), z.number()).nullable(),
  }),
  /** Sentences that limit what may be concluded, e.g. CPU ranks teach mechanics. */
  caveats: z.array(z.string()),
})
export type RunReport = z.infer<typeof runReportSchema>
