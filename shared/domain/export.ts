/** What an export of a model is: `export.json` in its folder, and what the window and the command line show of it. */
import { z } from 'zod'
import { provenanceSchema } from './hardware.ts'

export const precisions = ['fp32', 'fp16', 'int8'] as const
export const precisionSchema = z.enum(precisions)
export type Precision = z.infer<typeof precisionSchema>

/** One of the ONNX files, as it was measured when it was written. */
export const precisionMeasurementSchema = z.object({
  precision: precisionSchema,
  /** Below the folder. */
  file: z.string(),
  bytes: z.int(),
  /** Against the lab's own engine, over all measured rows. */
  largestLogitDifference: z.number(),
  /** Share of the measured rows for which it names the class that the engine names. */
  agreement: z.number(),
  /** On the run's validation rows; null where they are not at hand. */
  quality: z
    .object({
      rowCount: z.int(),
      correctCount: z.int(),
      accuracy: z.number(),
      /** 95 % Wilson score interval. */
      accuracyInterval: z.tuple([z.number(), z.number()]),
      macroF1: z.number(),
    })
    .nullable(),
  /** Forward pass of one headline without padding, the first runs left out. Milliseconds. */
  latencyMs: z.object({ count: z.int(), p50: z.number(), p95: z.number() }),
})
export type PrecisionMeasurement = z.infer<typeof precisionMeasurementSchema>

export const exportFactsSchema = z.object({
  format: z.literal('distrinews-export'),
  version: z.literal(1),
  createdAt: z.iso.datetime(),
  provenance: provenanceSchema,
  /** Null for a folder that no run of the lab made. */
  runId: z.string().nullable(),
  checkpoint: z.string().nullable(),
  step: z.int().nullable(),
  architecture: z.string(),
  parameterCount: z.int(),
  labels: z.array(z.string()),
  /** Longest sequence, tokens. */
  maxLength: z.int(),
  /** What was measured on, in words. */
  rows: z.string(),
  rowCount: z.int(),
  cpuModel: z.string(),
  /** Of ONNX Runtime. */
  threads: z.int(),
  measurements: z.array(precisionMeasurementSchema),
})
export type ExportFacts = z.infer<typeof exportFactsSchema>

/** A folder that an export wrote into the lab's own directory, as it lies there. */
export const exportedFolderSchema = z.object({
  path: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.number() })),
  facts: exportFactsSchema,
  /** README.md: the model card, Markdown. */
  card: z.string(),
})
export type ExportedFolder = z.infer<typeof exportedFolderSchema>

export const exportFormats = ['folder', 'tensorboard', 'trace'] as const
export const exportFormatSchema = z.enum(exportFormats)
export type ExportFormat = z.infer<typeof exportFormatSchema>

export const exportProgressSchema = z.object({
  /** What is happening now, in words: 'writing float16'. */
  stage: z.string(),
  /** Of the whole export, 0 to 1. */
  fraction: z.number(),
  /** Null until there is something to go by. Milliseconds. */
  etaMs: z.number().nullable(),
})
export type ExportProgress = z.infer<typeof exportProgressSchema>

export const exportResultSchema = z.object({
  /** The folder or file that was written. */
  path: z.string(),
  bytes: z.number(),
  /** Null for files of a run. */
  facts: exportFactsSchema.nullable(),
})
export type ExportResult = z.infer<typeof exportResultSchema>

/** A stream of these is an export; the last one is `done`. */
export const exportEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress: exportProgressSchema }),
  z.object({ type: z.literal('done'), result: exportResultSchema }),
])
export type ExportEvent = z.infer<typeof exportEventSchema>
