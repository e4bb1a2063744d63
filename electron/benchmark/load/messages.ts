/** What the process that makes load is asked, and what it answers: one load at a time. */
import { z } from 'zod'
import { loadTurnSchema } from '../../../shared/domain/inference-sweep.ts'

const about = { port: z.int().min(1).max(65_535), durationMs: z.int().positive() }
export const loadJobSchema = z.discriminatedUnion('loop', [
  z.object({ ...about, loop: z.literal('closed'), clients: z.int().min(1) }),
  z.object({ ...about, loop: z.literal('open'), connections: z.int().min(1), perSec: z.number().positive() }),
])
export type LoadJob = z.infer<typeof loadJobSchema>

export const loadAnswerSchema = z.union([
  z.object({ turn: loadTurnSchema, textCount: z.int().min(1) }),
  /** The server could not be reached. */
  z.object({ problem: z.string() }),
])
export type LoadAnswer = z.infer<typeof loadAnswerSchema>
