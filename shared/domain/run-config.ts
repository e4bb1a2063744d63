/**
 * Everything that decides what a run computes. Saved verbatim in `run.json`; two runs with equal
 * configurations, data and world size compute the same numbers.
 */
import { z } from 'zod'
import { deviceSchema } from './device.ts'
import { modelPresetNameSchema, modelPresets } from './model-config.ts'

export const badRowPolicySchema = z.enum(['skip', 'refuse'])
export type BadRowPolicy = z.infer<typeof badRowPolicySchema>

/** Which columns of a file mean what: header names, or 0-based indices as decimal strings where there is no header. */
export const columnMappingSchema = z.object({
  textColumns: z.array(z.string()).min(1),
  labelColumn: z.string(),
})
export type ColumnMapping = z.infer<typeof columnMappingSchema>

/** A file of one's own; `kind` is its format. */
export const fileRefSchema = z.object({
  kind: z.enum(['csv', 'jsonl', 'parquet']),
  path: z.string().min(1),
  /** Inferred from the header and the cells where absent. */
  mapping: columnMappingSchema.optional(),
  onBadRow: badRowPolicySchema.default('skip'),
})
export type FileRef = z.infer<typeof fileRefSchema>

export const dataRefSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('starter') }),
  fileRefSchema,
  /** A data set of the hub that the lab knows by name (hub-datasets.ts), as it was at `commit`. */
  z.object({
    kind: z.literal('hub'),
    name: z.enum(['ag_news']),
    commit: z.string().regex(/^[0-9a-f]{40}$/),
    split: z.enum(['train', 'test']).default('train'),
  }),
])
export type DataRef = z.infer<typeof dataRefSchema>

export const maxWorldSize = 16

/** What the learning rate does after the warm-up. */
export const scheduleSchema = z.enum(['constant', 'linear', 'cosine'])
export type Schedule = z.infer<typeof scheduleSchema>

export const earlyStopMetricSchema = z.enum(['accuracy', 'loss'])
export type EarlyStopMetric = z.infer<typeof earlyStopMetricSchema>

const runConfigFields = z.object({
  /** Display only; the directory is a generated id. */
  name: z.string().max(120).default(''),
  model: modelPresetNameSchema.default('tiny'),
  data: dataRefSchema.default({ kind: 'starter' }),
  worldSize: z.int().min(1).max(maxWorldSize).default(2),
  /** Of every rank; which one of several GPUs a rank takes follows from its local rank. */
  device: deviceSchema.default('cpu'),
  /** ONNX Runtime threads in each rank; absent: the cores shared out evenly. */
  threadsPerRank: z.int().min(1).max(256).optional(),
  /** Absent: the model's recipe. */
  epochs: z.int().min(1).max(1000).optional(),
  /** Ends after so many optimizer steps, as after the last epoch: evaluated and saved. Absent: only the epochs count. */
  maxSteps: z.int().min(1).optional(),
  /** Examples per rank and micro-step. `globalBatch` is derived, see below. */
  microBatch: z.int().min(1).max(4096).default(32),
  gradAccumSteps: z.int().min(1).max(1024).default(1),
  /** Absent: the model's recipe. */
  learningRate: z.number().positive().max(10).optional(),
  weightDecay: z.number().min(0).max(1).default(0.01),
  /** After the warm-up: the peak to the end, a straight line to zero, or half a cosine to zero. */
  schedule: scheduleSchema.default('linear'),
  /** Linear warm-up over this share of all steps. */
  warmupFraction: z.number().min(0).max(1).default(0.1),
  maxGradNorm: z.number().positive().default(1),
  /** Used for every dropout of the model. Absent: the model's recipe. */
  dropout: z.number().min(0).lt(1).optional(),
  /** Longest sequence in tokens, [CLS] and [SEP] included; longer texts are truncated. */
  maxLength: z.int().min(8).max(512).default(128),
  seed: z.int().min(0).max(0xffffffff).default(42),
  validationFraction: z.number().gt(0).lt(1).default(0.1),
  /** PyTorch's default too: smaller buckets measured slower for DistilBERT, larger ones no faster. */
  bucketCapBytes: z
    .int()
    .min(1024)
    .default(25 * 1024 * 1024),
  /** One thread for each rank unless `threadsPerRank` says otherwise: the number of cores then decides nothing. */
  deterministic: z.boolean().default(false),
  /** Ends the run after so many epochs in a row without a better validation result. Absent: never. */
  earlyStopPatience: z.int().min(1).max(1000).optional(),
  earlyStopMetric: earlyStopMetricSchema.default('accuracy'),
  /** Saves a checkpoint every so many steps, besides those after each epoch. */
  checkpointEverySteps: z.int().min(1).optional(),
  /** How often the run goes on by itself after a failure; a new checkpoint in between starts the count anew. */
  maxRestarts: z.int().min(0).max(1000).default(3),
  /** After a failure goes on with the ranks that are left. The global batch is smaller then, and results are other ones. */
  elastic: z.boolean().default(false),
})

export const runConfigFieldNames = Object.keys(runConfigFields.shape) as (keyof RunConfig)[]

export const runConfigSchema = runConfigFields.transform((given) => {
  const { recipe } = modelPresets[given.model]
  const { epochs = recipe.epochs, learningRate = recipe.learningRate, dropout = recipe.dropout } = given
  return { ...given, epochs, learningRate, dropout }
})
export type RunConfig = z.infer<typeof runConfigSchema>
export type RunConfigInput = z.input<typeof runConfigSchema>

/** Examples per optimizer step over all ranks. Derived, never assigned. */
export function globalBatch(config: Pick<RunConfig, 'microBatch' | 'gradAccumSteps' | 'worldSize'>): number {
  return config.microBatch * config.gradAccumSteps * config.worldSize
}
