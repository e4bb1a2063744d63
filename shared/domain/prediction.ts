import { z } from 'zod'

export const tokenChipSchema = z.object({
  id: z.int(),
  text: z.string(),
  kind: z.enum(['special', 'word', 'piece', 'unknown', 'pad']),
})
export type TokenChip = z.infer<typeof tokenChipSchema>

/** Which weights answered. */
export const checkpointRefSchema = z.object({
  modelId: z.string(),
  title: z.string(),
  checkpoint: z.string(),
  step: z.int().nullable(),
  epoch: z.int().nullable(),
})
export type CheckpointRef = z.infer<typeof checkpointRefSchema>

export const predictionSchema = z.object({
  text: z.string(),
  label: z.string(),
  confidence: z.number(),
  /** In the order of the model's labels. */
  probabilities: z.array(z.object({ label: z.string(), probability: z.number() })),
  /** What the model saw, padding included. */
  tokens: z.array(tokenChipSchema),
  /** Tokens cut off because of `maxLength`. */
  truncatedTokens: z.array(z.string()),
  maxLength: z.int(),
  /** Tokenising and forward pass, first-use compilation left out. Milliseconds, measured. */
  latencyMs: z.number(),
  checkpoint: checkpointRefSchema,
})
export type Prediction = z.infer<typeof predictionSchema>

/** An answer among many: without what only a single headline shows. */
export const batchPredictionSchema = predictionSchema
  .pick({ text: true, label: true, confidence: true, probabilities: true, checkpoint: true })
  .extend({
    /** How many tokens were cut off. */
    truncatedCount: z.int(),
  })
export type BatchPrediction = z.infer<typeof batchPredictionSchema>

/** A model folder the playground can answer with. */
export const trainedModelSchema = z.object({
  /** The run's id, or that of a pretrained model. */
  id: z.string(),
  title: z.string(),
  preset: z.string(),
  labels: z.array(z.string()),
  checkpoint: z.string(),
  step: z.int().nullable(),
  validationAccuracy: z.number().nullable(),
  createdAt: z.iso.datetime(),
  /** The model folder on the lab's machine. */
  directory: z.string(),
})
export type TrainedModel = z.infer<typeof trainedModelSchema>
