/**
 * What a rank and its supervisor say to each other, over the child process's IPC channel. Both sides parse what they hear.
 * Gradients never travel here: they have a path of their own, between the ranks.
 */
import { z } from 'zod'
import { labErrorInfoSchema } from '../../shared/contract/errors.ts'
import { datasetCardSchema } from '../../shared/domain/dataset.ts'
import { epochMetricsSchema, rankStepSchema, stepMetricsSchema } from '../../shared/domain/metrics.ts'
import { modelConfigSchema } from '../../shared/domain/model-config.ts'
import { faultSchema } from '../../shared/domain/fault.ts'
import { rankStateSchema } from '../../shared/domain/run.ts'

const digestsSchema = z.object({ config: z.string(), data: z.string(), model: z.string(), tokenizer: z.string(), checkpoint: z.string() })
/** Of everything that must be equal on all ranks before one of them trains. */
export type RankDigests = z.infer<typeof digestsSchema>

export const rankMessageSchema = z.discriminatedUnion('type', [
  /** First of all. */
  z.object({ type: z.literal('hello'), device: z.string() }),
  /** What has computed the first step: said only when it has. */
  z.object({ type: z.literal('device'), device: z.string() }),
  /** What the rank does from now on; rank 0's words are shown to the person. */
  z.object({ type: z.literal('state'), state: rankStateSchema, activity: z.string() }),
  /** In the ring, with data and vocabulary; waits for `go`. */
  z.object({ type: z.literal('ready'), digests: digestsSchema }),
  /** Rank 0 only: what the run turned out to be, once data and vocabulary are there. */
  z.object({
    type: z.literal('prepared'),
    dataset: datasetCardSchema,
    trainCount: z.int(),
    validationCount: z.int(),
    tokenizerDigest: z.string(),
    /** Of the weights before the next step. */
    weightsDigest: z.string(),
    modelConfig: modelConfigSchema,
    parameterCount: z.int(),
    trainableParameterCount: z.int(),
    totalSteps: z.int(),
    notes: z.array(z.string()),
  }),
  /** After each optimizer step: what is equal on every rank, and what this rank measured. A validation is rank 0's to tell. */
  stepMetricsSchema.pick({ step: true, epoch: true, globalLoss: true, gradNorm: true, learningRate: true, validation: true }).extend({
    type: z.literal('step'),
    local: rankStepSchema,
    rssBytes: z.number(),
    /** The most there has been; null where the system does not tell. */
    peakRssBytes: z.number().nullable(),
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
  /** Rank 0 only: it would save a checkpoint now, and waits for `save`. */
  z.object({ type: z.literal('saving'), step: z.int() }),
  /** Rank 0 only: the model folder holds the weights of this checkpoint now. */
  z.object({ type: z.literal('saved'), checkpoint: z.string(), step: z.int(), weightsDigest: z.string() }),
  /** After the last step, where it was asked for: what the forward pass took of this rank's computing. */
  z.object({ type: z.literal('forwardShare'), share: z.number().positive() }),
  /** Rank 0 only: something that a person should read. */
  z.object({ type: z.literal('note'), text: z.string() }),
  /** Last of all, one of the two. `fromElsewhere`: the rank met a failure that began on another. */
  z.object({ type: z.literal('finished'), reason: z.enum(['done', 'stopped']), step: z.int() }),
  z.object({ type: z.literal('failed'), error: labErrorInfoSchema, step: z.int(), fromElsewhere: z.boolean().optional() }),
])
export type RankMessage = z.infer<typeof rankMessageSchema>
export type RankMessageOf<Type extends RankMessage['type']> = Extract<RankMessage, { type: Type }>

export const supervisorMessageSchema = z.discriminatedUnion('type', [
  /** All ranks are ready, and with the same digests. */
  z.object({ type: z.literal('go') }),
  /** Finish the step, agree with the others, save, leave. */
  z.object({ type: z.literal('stop') }),
  /** The run's history up to this step is on the disk, and this is still the current attempt: the checkpoint may be saved. */
  z.object({ type: z.literal('save'), step: z.int() }),
  /** A fault that a person asked for; those that need no help of the rank never come here. */
  z.object({ type: z.literal('fault'), fault: faultSchema }),
])
export type SupervisorMessage = z.infer<typeof supervisorMessageSchema>

/** Every message says which attempt it belongs to: what an abandoned one still says is not listened to. */
const enveloped = <Message extends z.ZodType>(message: Message) => z.object({ attempt: z.string().min(1), message })
export const rankEnvelopeSchema = enveloped(rankMessageSchema)
export const supervisorEnvelopeSchema = enveloped(supervisorMessageSchema)
