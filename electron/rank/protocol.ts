/**
 * What a rank and its supervisor say to each other, over the child process's IPC channel. Both sides parse what they hear.
 * Gradients never travel here: they have a path of their own, between the ranks.
 */
import { z } from 'zod'
import { labErrorInfoSchema } from '../../shared/contract/errors.ts'
import { datasetCardSchema } from '../../shared/domain/dataset.ts'
import { epochMetricsSchema, rankStepSchema, stepMetricsSchema } from '../../shared/domain/metrics.ts'
import { modelConfigSchema } from '../../shared/domain/model-config.ts'
import { rankStateSchema } from '../../shared/domain/run.ts'

export const rankMessageSchema = z.discriminatedUnion('type', [
  /** First of all. */
  z.object({ type: z.literal('hello'), device: z.string() }),
  /** What has computed the first step: said only when it has. */
  z.object({ type: z.literal('device'), device: z.string() }),
  /** What the rank does from now on; rank 0's words are shown to the person. */
  z.object({ type: z.literal('state'), state: rankStateSchema, activity: z.string() }),
  /** Rank 0 only: what the run turned out to be, once data and vocabulary are there. */
  z.object({
    type: z.literal('prepared'),
    dataset: datasetCardSchema,
    trainCount: z.int(),
    validationCount: z.int(),
    tokenizerDigest: z.string(),
    modelConfig: modelConfigSchema,
    parameterCount: z.int(),
    totalSteps: z.int(),
    notes: z.array(z.string()),
  }),
  /** After each optimizer step: what is equal on every rank, and what this rank measured. */
  stepMetricsSchema.pick({ step: true, epoch: true, globalLoss: true, gradNorm: true, learningRate: true }).extend({
    type: z.literal('step'),
    local: rankStepSchema,
    rssBytes: z.number(),
  }),
  /** Rank 0 only: the evaluation after an epoch. Training's own figures are in the steps. */
  epochMetricsSchema
    .pick({
      epoch: true,
      step: true,
      validationLoss: true,
      validationAccuracy: true,
      validationCount: true,
      evaluateMs: true,
      checkpoint: true,
    })
    .extend({ type: z.literal('epoch') }),
  /** Rank 0 only: the model folder holds the weights of this checkpoint now. */
  z.object({ type: z.literal('saved'), checkpoint: z.string(), step: z.int() }),
  /** Last of all, one of the two. */
  z.object({ type: z.literal('finished'), reason: z.enum(['done', 'stopped']), step: z.int() }),
  z.object({ type: z.literal('failed'), error: labErrorInfoSchema, step: z.int() }),
])
export type RankMessage = z.infer<typeof rankMessageSchema>
export type RankMessageOf<Type extends RankMessage['type']> = Extract<RankMessage, { type: Type }>

/** Finish the step, agree with the others, save, leave. */
export const supervisorMessageSchema = z.object({ type: z.literal('stop') })
export type SupervisorMessage = z.infer<typeof supervisorMessageSchema>
