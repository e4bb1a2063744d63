/** A run as its directory knows it (`runs/<id>/run.json`) and as the window shows it. */
import { z } from 'zod'
import { labErrorInfoSchema } from '../contract/errors.ts'
import { datasetCardSchema } from './dataset.ts'
import { hardwareSchema } from './hardware.ts'
import { epochMetricsSchema, stepMetricsSchema } from './metrics.ts'
import { modelConfigSchema } from './model-config.ts'
import { runConfigSchema } from './run-config.ts'

/**
 * `lost` is a run whose lab died while it was running; `paused` one that was set aside with a checkpoint and holds no device;
 * `restarting` one that lost ranks and is about to go on from its last checkpoint.
 */
export const runStateSchema = z.enum(['starting', 'running', 'restarting', 'stopping', 'paused', 'stopped', 'done', 'failed', 'lost'])
export type RunState = z.infer<typeof runStateSchema>

/** No process of the run is left. */
export const finalRunStates: readonly RunState[] = ['paused', 'stopped', 'done', 'failed', 'lost']

export const rankStateSchema = z.enum([
  'starting',
  'joining',
  'ready',
  'training',
  'evaluating',
  'saving',
  'stopping',
  /** No heartbeat for a while; it may come back. */
  'suspect',
  'restarting',
  'paused',
  'done',
  'failed',
  'lost',
])
export type RankState = z.infer<typeof rankStateSchema>

export const rankStatusSchema = z.object({
  rank: z.int(),
  pid: z.int().nullable(),
  /** Plainly: 'CPU, 2 threads'. */
  device: z.string(),
  state: rankStateSchema,
  step: z.int(),
  samplesPerSec: z.number().nullable(),
  /** Resident memory, bytes. */
  rssBytes: z.number().nullable(),
  /** The most there has been; null where the system does not tell, and in early files. */
  peakRssBytes: z.number().nullable().default(null),
  /** What the forward pass takes of forward and backward together, timed by itself after the last step; null where it was not. */
  forwardShare: z.number().nullable().default(null),
  /** How many times slower it computes than the others; null while it keeps up. */
  slowdown: z.number().nullable().default(null),
  /** Why it stopped, where it failed; `first` marks the first cause, the others' errors are consequences. */
  error: labErrorInfoSchema.nullable(),
  first: z.boolean(),
})
export type RankStatus = z.infer<typeof rankStatusSchema>

/** Of a rank of which nothing has been heard yet. */
export const rankAtFirst = (rank: number, device: string): RankStatus => ({
  rank,
  pid: null,
  device,
  state: 'starting',
  step: 0,
  samplesPerSec: null,
  rssBytes: null,
  peakRssBytes: null,
  forwardShare: null,
  slowdown: null,
  error: null,
  first: false,
})

/** A failure after which the run went on, or for which it was paused until a person has done something: a full disk. */
export const incidentSchema = z.object({
  at: z.iso.datetime(),
  /** The start of the run that failed. */
  attempt: z.int().positive(),
  /** The first cause. */
  rank: z.int(),
  step: z.int(),
  error: labErrorInfoSchema,
  /** Step of the checkpoint that the run went on from; 0: from the beginning; null while it waits to be resumed. */
  resumedFromStep: z.int().nullable(),
  /** Ranks that went on. */
  worldSize: z.int().positive(),
})
export type Incident = z.infer<typeof incidentSchema>

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Where a run was made that the lab did not make itself. */
export const importedSchema = z.object({
  /** What wrote it. */
  program: z.string().max(100),
  torch: z.string().max(100),
  /** Of torch.distributed: nccl or gloo. */
  backend: z.string().max(100),
  worldSize: z.int().positive(),
  nodes: z.int().positive(),
  /** SHA-256 of the files that it began with, and of the weights that it left; absent in early files. */
  digests: z
    .object({ initialWeights: sha256, trainingRows: sha256, validationRows: sha256, tokenizer: sha256, trainedWeights: sha256.optional() })
    .optional(),
})
export type Imported = z.infer<typeof importedSchema>

export const runRecordSchema = z.object({
  /** Version of this file's shape. */
  format: z.literal(1),
  id: z.string(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  config: runConfigSchema,
  state: runStateSchema,
  /** Process that supervises the run while it is active; a record that says 'running' under a dead pid is lost. */
  supervisorPid: z.int().nullable(),
  /** Why it failed, or was paused by other than a person. */
  error: labErrorInfoSchema.nullable(),
  /** Counts starts of the same run: 1, then one more for each resume. */
  attempt: z.int().positive(),
  /** The shell command that repeats the run. */
  command: z.string(),
  hardware: hardwareSchema,
  /** Set once the data is loaded. */
  dataset: datasetCardSchema.nullable(),
  trainCount: z.int().nullable(),
  validationCount: z.int().nullable(),
  tokenizerDigest: z.string().nullable(),
  /** SHA-256 of all parameters before the first step, float32 as they lie in memory; null in early records. */
  firstWeightsDigest: z.string().nullable().default(null),
  /** The same of the newest checkpoint. */
  lastWeightsDigest: z.string().nullable().default(null),
  modelConfig: modelConfigSchema.nullable(),
  parameterCount: z.int().nullable(),
  /** Those that are not frozen; null in records of runs that knew no freezing: all. */
  trainableParameterCount: z.int().nullable().default(null),
  threadsPerRank: z.int().nullable(),
  totalSteps: z.int().nullable(),
  /** Milliseconds from start to the first optimizer step. */
  timeToFirstStepMs: z.number().nullable(),
  /** Notes a person should read: a corrupt checkpoint that was passed over, rows skipped. */
  notes: z.array(z.string()),
  /** Name of the newest checkpoint that was reported as saved. */
  checkpoint: z.string().nullable().default(null),
  /** Oldest first. */
  incidents: z.array(incidentSchema).default([]),
  /** When somebody resumed it, and what its clock (`elapsedMs`) said then: it stands still between a stop and a resume. Oldest first. */
  resumes: z.array(z.object({ at: z.iso.datetime(), elapsedMs: z.number() })).default([]),
  /** Null: measured by this lab. */
  imported: importedSchema.nullable().default(null),
})
export type RunRecord = z.infer<typeof runRecordSchema>

/** Progress of an active run. */
export const runProgressSchema = z.object({
  step: z.int(),
  totalSteps: z.int().nullable(),
  epoch: z.int(),
  elapsedMs: z.number(),
  /** Null until a few steps were timed. */
  etaMs: z.number().nullable(),
  /** What is happening now, in words: 'training', 'evaluating epoch 2', 'saving checkpoint'. */
  activity: z.string(),
})
export type RunProgress = z.infer<typeof runProgressSchema>

/** One row of the list of runs. */
export const runSummarySchema = z.object({
  record: runRecordSchema,
  lastStep: z.int(),
  lastLoss: z.number().nullable(),
  lastEpoch: epochMetricsSchema.nullable(),
  /** Whether the playground can answer with it. */
  hasModel: z.boolean(),
})
export type RunSummary = z.infer<typeof runSummarySchema>

export const runDetailSchema = z.object({
  record: runRecordSchema,
  progress: runProgressSchema,
  ranks: z.array(rankStatusSchema),
  steps: z.array(stepMetricsSchema),
  epochs: z.array(epochMetricsSchema),
  hasModel: z.boolean(),
})
export type RunDetail = z.infer<typeof runDetailSchema>

/** One batch (at most ten a second) of what is new in a run. The first of a stream is `snapshot`. */
export const runEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), detail: runDetailSchema }),
  z.object({
    type: z.literal('delta'),
    record: runRecordSchema.optional(),
    progress: runProgressSchema,
    ranks: z.array(rankStatusSchema),
    steps: z.array(stepMetricsSchema),
    epochs: z.array(epochMetricsSchema),
    hasModel: z.boolean(),
  }),
])
export type RunEvent = z.infer<typeof runEventSchema>
