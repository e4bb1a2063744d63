import { z } from 'zod'
import { columnMappingSchema, dataRefSchema } from './run-config.ts'

export const dataFormatSchema = z.enum(['csv', 'jsonl', 'parquet'])
export type DataFormat = z.infer<typeof dataFormatSchema>

export const badRowSchema = z.object({
  /** 1-based line of the file on which the row begins; of a Parquet file, its row. */
  line: z.int(),
  reason: z.string(),
})
export type BadRow = z.infer<typeof badRowSchema>

/** What its rows are like: lengths, copies, and how they are split. Measured over all rows. */
export const datasetQualitySchema = z.object({
  /** Of the texts, separated by white space. */
  words: z.object({
    median: z.int(),
    p95: z.int(),
    max: z.int(),
    /** Both ends included; the last one holds all that are longer. */
    bins: z.array(z.object({ from: z.int(), to: z.int().nullable(), count: z.int() })),
  }),
  duplicates: z.object({
    /** Rows whose text and label stood in an earlier row. */
    copies: z.int(),
    /** Texts that stand under more than one label. */
    conflictingTexts: z.int(),
    conflictingRows: z.int(),
    examples: z.array(z.object({ text: z.string(), labels: z.array(z.string()) })),
  }),
  /** With the seed and the fraction that a run takes by default. */
  split: z.object({ trainCount: z.int(), validationCount: z.int(), sharedTexts: z.int() }),
  /** Rows of a test set of its own, and how many of their texts stand in the training rows, too. */
  test: z.object({ rowCount: z.int(), sharedTexts: z.int() }).nullable(),
})
export type DatasetQuality = z.infer<typeof datasetQualitySchema>

/** What a data set is, without its rows. */
export const datasetCardSchema = z.object({
  id: z.string(),
  title: z.string(),
  ref: dataRefSchema,
  license: z.string().nullable(),
  labels: z.array(z.string()),
  /** Rows of each label, in the order of `labels`. */
  classCounts: z.array(z.int()),
  rowCount: z.int(),
  badRowCount: z.int(),
  /** SHA-256 over labels and rows in order, hex. */
  digest: z.string(),
  /** Absent where nobody has looked: a run's own record of its data. */
  quality: datasetQualitySchema.optional(),
})
export type DatasetCard = z.infer<typeof datasetCardSchema>

/** What the lab believes of a file before it is imported. */
export const datasetPreviewSchema = z.object({
  fileName: z.string(),
  hasHeader: z.boolean(),
  format: dataFormatSchema,
  /** Of a CSV. */
  delimiter: z.string().nullable(),
  /** Header names, or '0', '1' … where there is none. */
  columns: z.array(z.string()),
  /** Of each column, in words: 'text', 'number', 'int64', 'nested'. */
  columnTypes: z.array(z.string()),
  /** The first rows, cells cut to 200 characters. */
  sampleRows: z.array(z.array(z.string())),
  /** Null where it could not be inferred and must be asked for. */
  mapping: columnMappingSchema.nullable(),
  rowCount: z.int(),
  labels: z.array(z.string()),
  classCounts: z.array(z.int()),
  badRows: z.array(badRowSchema),
  badRowCount: z.int(),
  /** Null while the columns are not chosen. */
  quality: datasetQualitySchema.nullable(),
})
export type DatasetPreview = z.infer<typeof datasetPreviewSchema>
