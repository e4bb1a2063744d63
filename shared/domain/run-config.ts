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

/** A model to begin from: a folder of transformers or of the lab, or a repository of the hub. */
export const modelSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), path: z.string().min(1).max(4096) }),
  z.object({ kind: z.literal('hub'), id: z.string().min(1).max(200), revision: z.string().min(1).max(200).default('main') }),
])
export type ModelSource = z.infer<typeof modelSourceSchema>

/** What stays as it is: nothing, the embeddings, the embeddings and so many lower layers, or all but the head. */
export const freezeSchema = z
  .string()
  .regex(/^(none|embeddings|encoder|[1-9]\d?)$/, 'must be none, embeddings, encoder or a number of lower layers')
export type Freeze = z.infer<typeof freezeSchema>

/**
 * What is computed of a batch besides its tokens: nothing outside attention; every row up to the longest of the batch, as most
 * programs do; or up to the longest sequence that the run takes. Results are the same, times are not; only dropout inside
 * attention draws other masks where the grid is larger (maxLength).
 */
export const paddingSchema = z.enum(['packed', 'longest', 'maxLength'])
export type Padding = z.infer<typeof paddingSchema>

export const paddingTitles: Record<Padding, string> = {
  packed: 'packed',
  longest: 'padded to longest',
  maxLength: 'padded to maximum',
}

const runConfigFields = z.object({
  /** Display only; the directory is a generated id. */
  name: z.string().max(120).default(''),
  /** Sizes and vocabulary of a model that begins with random weights; of no meaning beside `initFrom`. */
  model: modelPresetNameSchema.default('tiny'),
  /** A pretrained model: its weights, sizes and tokenizer. Absent: random weights. */
  initFrom: modelSourceSchema.optional(),
  /** Parameters that are neither trained nor decayed. */
  freeze: freezeSchema.default('none'),
  /** Each layer learns at so many times the rate of the one above it; 1: all at the same. */
  layerwiseLrDecay: z.number().gt(0).max(1).default(1),
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
  /** Used for every dropout of the model. Absent: the model's recipe; of a pretrained model, its own. */
  dropout: z.number().min(0).lt(1).optional(),
  /** Longest sequence in tokens, [CLS] and [SEP] included; longer texts are truncated. */
  maxLength: z.int().min(8).max(512).default(128),
  padding: paddingSchema.default('packed'),
  seed: z.int().min(0).max(0xffffffff).default(42),
  validationFraction: z.number().gt(0).lt(1).default(0.1),
  /** Validated so often in an epoch, at even distances, the last time at its end. */
  validationsPerEpoch: z.int().min(1).max(1000).default(1),
  /** Ends the run as soon as a validation has this accuracy. Absent: only epochs, steps and patience end it. */
  targetAccuracy: z.number().gt(0).max(1).optional(),
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

/** As the original fine-tunes DistilBERT; dropout is the model's own. */
const pretrainedRecipe = { epochs: 3, learningRate: 2e-5, dropout: undefined }

export const runConfigSchema = runConfigFields.transform((given) => {
  const recipe = given.initFrom ? pretrainedRecipe : modelPresets[given.model].recipe
  const { epochs = recipe.epochs, learningRate = recipe.learningRate, dropout = recipe.dropout } = given
  // One way to say it: a preset has no meaning there.
  const model = given.initFrom ? 'tiny' : given.model
  return { ...given, model, epochs, learningRate, dropout }
})
export type RunConfig = z.infer<typeof runConfigSchema>
export type RunConfigInput = z.input<typeof runConfigSchema>

/** Examples per optimizer step over all ranks. Derived, never assigned. */
export function globalBatch(config: Pick<RunConfig, 'microBatch' | 'gradAccumSteps' | 'worldSize'>): number {
  return config.microBatch * config.gradAccumSteps * config.worldSize
}

/** What the model is called: the preset's title, the folder's name, or the repository's. */
export function modelTitle({ model, initFrom }: Pick<RunConfig, 'model' | 'initFrom'>): string {
  if (initFrom === undefined) return modelPresets[model].title
  if (initFrom.kind === 'hub') return initFrom.id
  // Of a run's folder, `runs/<id>/model`, the id says more.
  const names = initFrom.path.split(/[\\/]/).filter((name) => name !== '')
  return (names.at(-1) === 'model' ? names.at(-2) : names.at(-1)) ?? initFrom.path
}

/** 'path', or 'org/name at revision'. */
export const sourceInWords = (source: ModelSource): string =>
  source.kind === 'folder' ? source.path : `${source.id} at ${source.revision}`

export function freezeInWords(freeze: Freeze): string {
  if (freeze === 'none') return 'nothing'
  if (freeze === 'embeddings') return 'the embeddings'
  if (freeze === 'encoder') return 'all but the head'
  return `the embeddings and the ${freeze === '1' ? 'lowest layer' : `${freeze} lowest layers`}`
}
