import { z } from 'zod'
import { columnMappingSchema, dataRefSchema } from './run-config.ts'

export const badRowSchema = z.object({
  /** 1-based line of the file on which the row begins. */
  line: z.int(),
  reason: z.string(),
})
export type BadRow = z.infer<typeof badRowSchema>

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
})
export type DatasetCard = z.infer<typeof datasetCardSchema>

/** What the lab believes of a CSV before it is imported. */
export const csvPreviewSchema = z.object({
  fileName: z.string(),
  hasHeader: z.boolean(),
  delimiter: z.string(),
  /** Header names, or '0', '1' … where there is none. */
  columns: z.array(z.string()),
  /** The first rows, cells cut to 200 characters. */
  sampleRows: z.array(z.array(z.string())),
  /** Null where it could not be inferred and must be asked for. */
  mapping: columnMappingSchema.nullable(),
  rowCount: z.int(),
  labels: z.array(z.string()),
  classCounts: z.array(z.int()),
  badRows: z.array(badRowSchema),
  badRowCount: z.int(),
})
export type CsvPreview = z.infer<typeof csvPreviewSchema>
