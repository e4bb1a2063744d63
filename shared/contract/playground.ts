import { z } from 'zod'
import {
  attributionSchema,
  lineAnswersSchema,
  lineTableSchema,
  modelChoiceSchema,
  modelFactsSchema,
  predictionSchema,
} from '../domain/prediction.ts'
import { procedure } from './base.ts'

/** Longest text that is asked, UTF-16 units; models read far less of it. */
export const longestText = 20_000
/** Most lines that one table has. */
export const maxLines = 10_000
/** Most lines, and most characters of them, in one call: a page asks for more in several, which it can stop between. */
export const maxLinesPerCall = 256
export const maxCharactersPerCall = 150_000
/** Largest file of lines, bytes. */
export const maxTableBytes = 24 * 1024 * 1024

const text = z.string().max(longestText)

/** A call that is aborted before its turn at the model is never computed. */
export const playground = {
  facts: procedure.input(modelChoiceSchema.pick({ modelId: true })).output(modelFactsSchema),
  classify: procedure.input(modelChoiceSchema.extend({ text })).output(predictionSchema),
  /** One forward pass for each word, in one batch. */
  attribute: procedure.input(modelChoiceSchema.extend({ text })).output(attributionSchema),
  classifyLines: procedure.input(modelChoiceSchema.extend({ lines: z.array(text).min(1).max(maxLinesPerCall) })).output(lineAnswersSchema),
  /** The cells of a CSV or TSV that was staged and uploaded as data sets are; nothing is kept. */
  readTable: procedure.input(z.object({ stagedId: z.string().max(64) })).output(lineTableSchema),
}
