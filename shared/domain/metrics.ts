/** What training says of itself. One line each in `metrics.jsonl`, told apart by `type`. */
import { z } from 'zod'

/** Wall time of one optimizer step, split; the parts add up to `stepMs` less idle time. Milliseconds. */
export const stepPhasesSchema = z.object({
  dataMs: z.number(),
  forwardBackwardMs: z.number(),
  allReduceMs: z.number(),
  optimizerMs: z.number(),
})
export type StepPhases = z.infer<typeof stepPhasesSchema>

/** What one rank measured in one optimizer step. */
export const rankStepSchema = z.object({
  rank: z.int().min(0),
  /** Mean loss over this rank's examples of the step. */
  localLoss: z.number(),
  exampleCount: z.int().min(0),
  /** Real tokens, padding not counted. */
  tokenCount: z.int().min(0),
  /** Tokens computed: the real ones, and what padding passed through the matrix products with them. */
  paddedTokenCount: z.int().min(0),
  stepMs: z.number(),
  phases: stepPhasesSchema,
  /** The part of `phases.forwardBackwardMs` that was the forward pass, where it was timed by itself. */
  forwardMs: z.number().optional(),
})
export type RankStep = z.infer<typeof rankStepSchema>

/** One optimizer step of the whole group; `ranks` is ordered by rank. */
export const stepMetricsSchema = z.object({
  type: z.literal('step'),
  /** 1-based count of optimizer updates. */
  step: z.int().positive(),
  /** 0-based. */
  epoch: z.int().min(0),
  /** Sum of all ranks' losses over the global example count: not a mean of means. */
  globalLoss: z.number(),
  gradNorm: z.number(),
  learningRate: z.number(),
  exampleCount: z.int(),
  /** Over the slowest rank's step time. */
  samplesPerSec: z.number(),
  tokensPerSec: z.number(),
  /** Milliseconds since the run (all attempts) began. */
  elapsedMs: z.number(),
  ranks: z.array(rankStepSchema),
  /** After this step, in the middle of an epoch; the one at its end is the epoch's. */
  validation: z.object({ loss: z.number(), accuracy: z.number(), count: z.int(), evaluateMs: z.number() }).optional(),
})
export type StepMetrics = z.infer<typeof stepMetricsSchema>

export const epochMetricsSchema = z.object({
  type: z.literal('epoch'),
  epoch: z.int().min(0),
  step: z.int().min(0),
  /** Mean over the epoch's examples, dropout on. */
  trainLoss: z.number(),
  /** Over the whole validation split, every row exactly once. */
  validationLoss: z.number(),
  validationAccuracy: z.number(),
  validationCount: z.int(),
  /** Training only, evaluation and saving left out. */
  samplesPerSec: z.number(),
  tokensPerSec: z.number(),
  trainMs: z.number(),
  evaluateMs: z.number(),
  elapsedMs: z.number(),
  /** Name of the checkpoint directory written after this epoch. */
  checkpoint: z.string().nullable(),
})
export type EpochMetrics = z.infer<typeof epochMetricsSchema>

export const metricsLineSchema = z.discriminatedUnion('type', [stepMetricsSchema, epochMetricsSchema])
export type MetricsLine = z.infer<typeof metricsLineSchema>
