/** Programs of phases 1 and 2: text to tokens, the sampler, one training step by hand. */
import { z } from 'zod'
import { tokenChipSchema } from '../prediction.ts'
import { defineProgram, measured, seedField, textsField, valuesSchema } from './program.ts'

/** The same texts forward and backward, padded in one way. */
const paddingCostSchema = z.object({
  /** `longest`: to the longest text; `maxLength`: all to the maximum; `packed`: as the lab computes, without padding. */
  way: z.enum(['longest', 'maxLength', 'packed']),
  /** Tokens of each row, padding included. */
  length: z.int(),
  /** Places computed, padding included. */
  places: z.int(),
  /** Median of several passes. */
  ms: z.number(),
})

export const tokens = defineProgram({
  id: 'tokens',
  arms: measured,
  worldSize: [1, 1, 1],
  fields: { texts: textsField, maxLength: z.int().min(8).max(128).default(128) },
  probe: z.object({
    vocabSize: z.int(),
    rows: z.array(
      z.object({
        text: z.string(),
        /** What the model gets, padding up to the longest row included. */
        tokens: z.array(tokenChipSchema),
        attentionMask: z.array(z.int()),
        truncatedTokens: z.array(z.string()),
      }),
    ),
    /** Tokens that are no padding. */
    tokenCount: z.int(),
    costs: z.array(paddingCostSchema),
  }),
})

const namedGradientSchema = z.object({ name: z.string(), shape: z.array(z.int()), norm: z.number(), values: valuesSchema })

export const baselineStep = defineProgram({
  id: 'baseline-step',
  arms: measured,
  worldSize: [1, 1, 1],
  fields: { texts: textsField, learningRate: z.number().positive().max(1).default(5e-4), seed: seedField },
  probe: z.object({
    labels: z.array(z.string()),
    /** A person's own headlines have no label: they take the classes in turn. */
    rows: z.array(
      z.object({ text: z.string(), label: z.string(), logits: z.array(z.number()), probabilities: z.array(z.number()), loss: z.number() }),
    ),
    /** Mean over the batch, without dropout. */
    loss: z.number(),
    /** Of the same batch after one update. */
    lossAfterUpdate: z.number(),
    gradients: z.array(namedGradientSchema),
    gradNorm: z.number(),
    update: z.object({ name: z.string(), before: valuesSchema, gradient: valuesSchema, after: valuesSchema }),
    /** The same batch again without clearing: what one more backward pass adds up to. */
    withoutZeroGrad: z.object({ name: z.string(), normOnce: z.number(), normTwice: z.number(), once: valuesSchema, twice: valuesSchema }),
    dropout: z.object({
      rate: z.number(),
      /** Loss of the same batch in training mode, twice, and in evaluation mode, twice. */
      training: z.tuple([z.number(), z.number()]),
      evaluation: z.tuple([z.number(), z.number()]),
      /** 1 kept, 0 dropped: the first places before the classifier, for both training passes. */
      masks: z.tuple([z.array(z.int()), z.array(z.int())]),
    }),
  }),
})

export const learningRates = defineProgram({
  id: 'learning-rates',
  arms: measured,
  worldSize: [1, 1, 1],
  fields: {
    rates: z
      .tuple([z.number().positive().max(10), z.number().positive().max(10), z.number().positive().max(10)])
      .default([1e-6, 1.5e-3, 0.3]),
    steps: z.int().min(5).max(120).default(70),
    seed: seedField,
  },
  probe: z.object({
    curves: z.array(
      z.object({
        learningRate: z.number(),
        /** Of each step; shorter than asked for where a loss was no number. */
        losses: z.array(z.number()),
        diverged: z.boolean(),
        /** On rows that were not trained on, after the last step; null where it is no number. */
        validationLoss: z.number().nullable(),
      }),
    ),
    /** Before any step, the same for all. */
    validationLossBefore: z.number(),
  }),
})

export const samplerGrid = defineProgram({
  id: 'sampler-grid',
  arms: measured,
  worldSize: [1, 2, 4],
  fields: {
    rows: z.int().min(4).max(128).default(24),
    microBatch: z.int().min(1).max(32).default(4),
    epochs: z.int().min(1).max(4).default(2),
    seed: seedField,
  },
  probe: z.object({
    rowCount: z.int(),
    stepsPerEpoch: z.int(),
    /** `epochs[e][s]`: the row indices of this rank in step s. */
    epochs: z.array(z.array(z.array(z.int()))),
  }),
})
