/** What a look at a model folder says: what it is, whether it fits, what is done about what does not. */
import { z } from 'zod'
import { labErrorInfoSchema } from '../contract/errors.ts'
import { modelConfigSchema } from './model-config.ts'
import { modelSourceSchema } from './run-config.ts'

export const modelReportSchema = z.object({
  config: modelConfigSchema,
  /** Of the encoder and a head with the folder's own labels. */
  parameterCount: z.int(),
  /** Number types of the tensors that are used: F32, F16, BF16. */
  dtypes: z.array(z.string()),
  tokenizer: z.object({ file: z.enum(['tokenizer.json', 'vocab.txt']), vocabSize: z.int(), lowercase: z.boolean() }),
  /** Whether a classifier with `config.labels` is there, so that the model answers as it is. */
  hasClassifier: z.boolean(),
  /** Tensors of the head that are not there, and are made when the model is fine-tuned. (Without the others there is no report.) */
  missing: z.array(z.string()),
  /** Tensors of the head that are there in another shape, likewise. */
  misshaped: z.array(z.object({ name: z.string(), shape: z.array(z.int()), expected: z.array(z.int()) })),
  /** Tensors that this model has no use for, such as another task's head; left out. */
  unexpected: z.array(z.string()),
})
export type ModelReport = z.infer<typeof modelReportSchema>

/** A pretrained model in the list of the lab. */
export const pretrainedModelSchema = z.object({
  id: z.string(),
  title: z.string(),
  source: modelSourceSchema,
  /** Null while it is not on this machine, or not a folder any more. */
  directory: z.string().nullable(),
  report: modelReportSchema.nullable(),
  /** Why there is no report. */
  error: labErrorInfoSchema.nullable(),
  addedAt: z.iso.datetime(),
})
export type PretrainedModel = z.infer<typeof pretrainedModelSchema>
