/**
 * What a checkpoint must remember besides numbers in tensors, so that the continued run equals the uninterrupted one: where
 * it stands, and digests of everything that decides what comes next.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { RunConfig } from '../../shared/domain/run-config.ts'

const digestSchema = z.string().min(1)

export const checkpointStateSchema = z.object({
  format: z.literal(1),
  runId: z.string(),
  /** Optimizer updates done, over all epochs. */
  step: z.int().min(0),
  /** 0-based epoch in which training goes on. */
  epoch: z.int().min(0),
  /** Optimizer updates done in that epoch; as many as it has: trained but not yet evaluated. */
  stepInEpoch: z.int().min(0),
  /** Of the split, the initial weights, the order of the rows and the dropout. */
  seed: z.int().min(0),
  worldSize: z.int().positive(),
  configDigest: digestSchema,
  tokenizerDigest: digestSchema,
  dataDigest: digestSchema,
  /** Of the pretrained model that the run began with; empty where it began with random weights. */
  modelDigest: z.string().default(''),
  /** Of these very weights; null where they were saved in the middle of an epoch. */
  validationAccuracy: z.number().nullable(),
  /** Of all weights so far. */
  bestAccuracy: z.number().nullable(),
  /** Where in the epoch's rows the sampler stands: how many steps each group size has made in it, in order. */
  segments: z.array(z.object({ worldSize: z.int().positive(), steps: z.int().min(0) })).default([]),
  /** Epochs in a row without a better result than `best`, of the metric that the configuration names. */
  earlyStop: z.object({ best: z.number().nullable(), epochsWithout: z.int().min(0) }).default({ best: null, epochsWithout: 0 }),
  /** What decides the last bits of a sum without being configuration. Another value is a note, not a refusal. */
  environment: z
    .object({ versions: z.record(z.string(), z.string()), threads: z.int(), bucketSizes: z.array(z.int()) })
    .default({ versions: {}, threads: 0, bucketSizes: [] }),
})
export type CheckpointState = z.infer<typeof checkpointStateSchema>

/** A display name, and what a run does about failures, are not part of what it computes. */
const indecisive: readonly string[] = [
  'name',
  'checkpointEverySteps',
  'validationsPerEpoch',
  'maxRestarts',
  'elastic',
] satisfies (keyof RunConfig)[]

/** What every run computed before the setting was one: checkpoints of then stay valid. */
const assumed: Partial<RunConfig> = { padding: 'packed' }

/** SHA-256 (hex) of everything in the configuration that decides what is computed. */
export function configDigest(config: RunConfig): string {
  const decisive = Object.entries(config)
    .filter(([key, value]) => !indecisive.includes(key) && assumed[key as keyof RunConfig] !== value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex')
}
