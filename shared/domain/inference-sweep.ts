/** Latency of a served model against the number of clients that ask at once: what is asked for, and what was measured. */
import { z } from 'zod'
import { labErrorInfoSchema } from '../contract/errors.ts'
import { provenanceSchema } from './hardware.ts'

export const inferencePlanSchema = z.object({
  /** Clients of each closed loop. */
  clients: z.array(z.int().min(1).max(256)).min(1).max(16),
  repetitions: z.int().min(1).max(100),
  /** How long each load lasts. */
  turnMs: z.int().min(50).max(600_000),
  /** Requests of the open loop, as a share of the most that the closed loops got answered. */
  openShare: z.number().positive().max(1),
})
export type InferencePlan = z.infer<typeof inferencePlanSchema>

const usual = { clients: [1, 2, 4, 8, 16], openShare: 0.7 }
/** By the form of the benchmark: what a reviewer expects, and a first answer. */
export const inferencePlans: Record<'full' | 'quick', InferencePlan> = {
  full: { ...usual, repetitions: 5, turnMs: 3_000 },
  quick: { ...usual, repetitions: 3, turnMs: 1_500 },
}

/** One load. Percentiles are over right answers; null where there was none. */
export const loadTurnSchema = z.object({
  perSec: z.number(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** Requests, those without a right answer included. */
  count: z.int().min(0),
  errors: z.int().min(0),
})
export type LoadTurn = z.infer<typeof loadTurnSchema>

export const inferenceSweepSchema = z.object({
  provenance: provenanceSchema,
  /** The arm whose model was served. */
  arm: z.string().max(64),
  /** The checkpoint that answered. */
  checkpoint: z.string(),
  /** Of the file of its weights; null in early files. */
  weightsSha256: z.string().nullable().default(null),
  /** Of the server that computed. */
  threads: z.int().min(1),
  /** Different headlines that were asked, in turn. */
  textCount: z.int().min(1),
  /** Share of all cores that other programs took just before. */
  busyShare: z.number().nullable(),
  /** A client asks again when it has its answer; latency from the time of sending. */
  closed: z.array(z.object({ clients: z.int().min(1), turns: z.array(loadTurnSchema).min(1).max(100) })).min(1),
  /** Requests are due at fixed times; latency from the time that was due. Null where the closed loops got no answer. */
  open: z
    .object({ share: z.number(), perSec: z.number(), connections: z.int().min(1), turns: z.array(loadTurnSchema).min(1).max(100) })
    .nullable(),
})
export type InferenceSweep = z.infer<typeof inferenceSweepSchema>

/** One of the two is null: what was measured, or why nothing was. */
export const inferenceOutcomeSchema = z.object({ measured: inferenceSweepSchema.nullable(), error: labErrorInfoSchema.nullable() })
