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
  /** What the model saw. */
  tokens: z.array(tokenChipSchema),
  /** Tokens cut off because of `maxLength`. */
  truncatedTokens: z.array(z.string()),
  maxLength: z.int(),
  /** Tokenising and forward pass. Milliseconds, measured. */
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

/** Which weights are asked: a run's model folder, or one of the checkpoints it keeps. */
export const modelChoiceSchema = z.object({
  /** The run's id. */
  modelId: z.string().max(64),
  checkpoint: z.string().max(64).nullable().default(null),
})
export type ModelChoice = z.infer<typeof modelChoiceSchema>

/** What the playground knows of a model before it asks. */
export const modelFactsSchema = z.object({
  /** The model folder, for commands. */
  directory: z.string(),
  labels: z.array(z.string()),
  /** Mean over the rows of the training, [CLS] and [SEP] included; null where nothing was recorded. Measured. */
  tokensPerTrainingRow: z.number().nullable(),
  /** On the disk at this moment, newest first; a run that goes on drops old ones. */
  checkpoints: z.array(z.object({ name: z.string(), step: z.int(), validationAccuracy: z.number().nullable() })),
})
export type ModelFacts = z.infer<typeof modelFactsSchema>

/** How much of the answer each word bears. Measured by leaving out one word at a time. */
export const attributionSchema = z.object({
  text: z.string(),
  /** The class the model answers for the whole text, and its probability. */
  label: z.string(),
  probability: z.number(),
  words: z.array(
    z.object({
      text: z.string(),
      /** UTF-16 offsets, `end` exclusive. */
      start: z.int(),
      end: z.int(),
      /** Probability of `label` with the word minus without it: positive words speak for the answer. */
      effect: z.number(),
      /** What the model answers without the word. */
      labelWithout: z.string(),
    }),
  ),
  /** Words of the text; more than `words` where a long text was measured only in its beginning. */
  wordCount: z.int(),
  /** Texts that went through the model: one for each word, and the whole. */
  forwardPasses: z.int(),
  durationMs: z.number(),
})
export type Attribution = z.infer<typeof attributionSchema>

/** Answers to many lines, in their order. */
export const lineAnswersSchema = z.object({
  labels: z.array(z.string()),
  answers: z.array(
    z.object({
      /** Index into `labels`. */
      predicted: z.int(),
      /** In the order of `labels`. */
      probabilities: z.array(z.number()),
      truncatedCount: z.int(),
    }),
  ),
})
export type LineAnswers = z.infer<typeof lineAnswersSchema>

/** A file of rows as the playground takes it: cells and a guess at their meaning. */
export const lineTableSchema = z.object({
  columns: z.array(z.string()),
  hasHeader: z.boolean(),
  /** At most `maxLines`; cells cut to `longestText`. */
  rows: z.array(z.array(z.string())),
  /** Rows of the file. */
  rowCount: z.int(),
  textColumns: z.array(z.string()),
  labelColumn: z.string().nullable(),
})
export type LineTable = z.infer<typeof lineTableSchema>
