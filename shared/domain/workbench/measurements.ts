/** Programs of phases 4 and 5: how long things take, and what a trained model gets wrong. */
import { z } from 'zod'
import { defineProgram, measured, seedField } from './program.ts'

export const allReduceSweep = defineProgram({
  id: 'allreduce-sweep',
  arms: measured,
  worldSize: [3, 4, 4],
  fields: { repeats: z.int().min(3).max(40).default(12) },
  /** Rank 0 has all of it; each ring is measured by its own rank 0. */
  probe: z.object({
    rings: z.array(
      z.object({
        worldSize: z.int(),
        /** Median time of one all-reduce of so many bytes. */
        samples: z.array(z.object({ bytes: z.int(), ms: z.number() })),
      }),
    ),
  }),
})

export const scaling = defineProgram({
  id: 'scaling',
  arms: measured,
  worldSize: [2, 2, 4],
  fields: { microBatch: z.int().min(2).max(64).default(64), steps: z.int().min(5).max(40).default(12) },
  /** Of rank 0. */
  probe: z.object({
    runs: z.array(
      z.object({
        kind: z.enum(['one', 'strong', 'weak']),
        ranks: z.int(),
        microBatch: z.int(),
        globalBatch: z.int(),
        /** Of each step after the warm-up. */
        stepMs: z.array(z.number()),
        samplesPerSec: z.number(),
        /** Medians. */
        forwardBackwardMs: z.number(),
        allReduceMs: z.number(),
        optimizerMs: z.number(),
      }),
    ),
  }),
})

const mistakeSchema = z.object({ text: z.string(), label: z.string(), predicted: z.string(), confidence: z.number() })

export const calibration = defineProgram({
  id: 'calibration',
  arms: measured,
  worldSize: [1, 2, 2],
  fields: { steps: z.int().min(20).max(200).default(80), seed: seedField },
  /** The same on every rank. */
  probe: z.object({
    labels: z.array(z.string()),
    trainSteps: z.int(),
    rowCount: z.int(),
    accuracy: z.number(),
    /** Of ten equal parts of [0, 1]. */
    bins: z.array(z.object({ from: z.number(), to: z.number(), count: z.int(), meanConfidence: z.number(), accuracy: z.number() })),
    /** Expected calibration error: the mean distance of confidence and accuracy, weighted by rows. */
    expectedCalibrationError: z.number(),
    /** `confusion[actual][predicted]`, counts. */
    confusion: z.array(z.array(z.int())),
    /** The most confident first. */
    mistakes: z.array(mistakeSchema),
  }),
})

export const latencyBatches = defineProgram({
  id: 'latency-batches',
  arms: measured,
  worldSize: [1, 1, 1],
  fields: { repeats: z.int().min(3).max(40).default(15) },
  probe: z.object({
    batches: z.array(z.object({ rows: z.int(), p50Ms: z.number(), p95Ms: z.number(), textsPerSec: z.number() })),
    /** Probability of the label of the same text, twice: in evaluation mode, and as if dropout were still on. */
    evaluationMode: z.tuple([z.number(), z.number()]),
    trainingMode: z.tuple([z.number(), z.number()]),
  }),
})
