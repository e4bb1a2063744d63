/** Programs of phase 3: what data-parallel training adds to one rank. */
import { z } from 'zod'
import { brokenOrFixed, defineProgram, measured, seedField, textsField, valuesSchema } from './program.ts'

export const broadcast = defineProgram({
  id: 'broadcast',
  arms: brokenOrFixed,
  worldSize: [2, 2, 4],
  fields: { seed: seedField },
  probe: z.object({
    /** SHA-256 over all parameters, hex. */
    digestBefore: z.string(),
    digestAfter: z.string(),
    parameter: z.string(),
    before: valuesSchema,
    after: valuesSchema,
    parameterBytes: z.int(),
    payloadBytesSent: z.int(),
  }),
})

export const ringTrace = defineProgram({
  id: 'ring-trace',
  arms: measured,
  worldSize: [2, 3, 4],
  fields: { texts: textsField, valuesPerSegment: z.int().min(1).max(4).default(2) },
  probe: z.object({
    /** The texts whose gradient this rank brought. */
    texts: z.array(z.string()),
    /** The parameter whose gradient is summed: its first values. */
    parameter: z.string(),
    /** First and one-past-last index of each segment. */
    segments: z.array(z.tuple([z.int(), z.int()])),
    /** This rank's own gradient. */
    start: valuesSchema,
    rounds: z.array(
      z.object({
        round: z.int(),
        phase: z.enum(['reduceScatter', 'allGather']),
        sends: z.object({ segment: z.int(), toRank: z.int(), values: valuesSchema }),
        receives: z.object({ segment: z.int(), fromRank: z.int(), values: valuesSchema }),
        /** What this rank holds when the round is over. */
        after: valuesSchema,
      }),
    ),
    payloadBytesSent: z.int(),
  }),
})

export const buckets = defineProgram({
  id: 'buckets',
  arms: measured,
  worldSize: [2, 2, 4],
  fields: {
    bucketCapBytes: z
      .int()
      .min(1024)
      .max(64 * 1024 * 1024)
      .default(512 * 1024),
  },
  probe: z.object({
    bucketCapBytes: z.int(),
    /** In the order of registration. */
    parameters: z.array(z.object({ name: z.string(), shape: z.array(z.int()), bytes: z.int(), bucket: z.int() })),
    /** Names in the order in which their gradients are marked ready; the all-reduce of each is among the collectives. */
    buckets: z.array(z.object({ index: z.int(), bytes: z.int(), names: z.array(z.string()), readyMs: z.number(), reducedMs: z.number() })),
  }),
})

export const naiveVsBucketed = defineProgram({
  id: 'naive-vs-bucketed',
  arms: ['bucketed', 'naive'],
  worldSize: [2, 2, 4],
  fields: { steps: z.int().min(3).max(30).default(10) },
  probe: z.object({
    parameterCount: z.int(),
    callsPerStep: z.int(),
    payloadBytesPerStep: z.number(),
    /** From the last gradient to the last sum, of each step. */
    allReduceMs: z.array(z.number()),
    /** Of the summed gradients of the last step, SHA-256: both ways give the same numbers, not always the same last bits. */
    gradNorm: z.number(),
  }),
})

export const tensorDifferenceSchema = z.object({
  name: z.string(),
  /** Largest |a − b| of the tensor over the largest |b|. */
  relative: z.number(),
})

/** 2 × B beside 1 × 2B. `uneven` and the others are the ways to lose the equality. */
export const sameAsOne = defineProgram({
  id: 'same-as-one',
  arms: ['fixed', 'dropout', 'mean-of-means', 'sum-loss'],
  worldSize: [2, 2, 2],
  fields: {
    /** Rows of rank 0 and of rank 1 in each step. */
    shares: z.tuple([z.int().min(1).max(64), z.int().min(1).max(64)]).default([40, 24]),
    steps: z.int().min(1).max(10).default(3),
    seed: seedField,
  },
  probe: z.object({
    /** Gradients of the first step: two ranks against one. Empty on rank 1. */
    gradients: z.array(tensorDifferenceSchema),
    /** Parameters after the last step. */
    parameters: z.array(tensorDifferenceSchema),
    largestGradientDifference: z.number(),
    largestParameterDifference: z.number(),
    /** Loss of each step over the whole batch, as two ranks and as one rank compute it. */
    losses: z.array(z.object({ two: z.number(), one: z.number() })),
    gradNorms: z.array(z.object({ two: z.number(), one: z.number() })),
  }),
})

export const timeline = defineProgram({
  id: 'timeline',
  arms: measured,
  worldSize: [1, 2, 4],
  fields: {
    steps: z.int().min(2).max(12).default(5),
    microBatch: z.int().min(1).max(64).default(16),
    bucketCapBytes: z
      .int()
      .min(1024)
      .default(1024 * 1024),
  },
  probe: z.object({
    steps: z.array(
      z.object({
        step: z.int(),
        /** Milliseconds since the program was started. `reduce` is communication that computation does not hide. */
        spans: z.array(
          z.object({ name: z.enum(['data', 'forwardBackward', 'reduce', 'optimizer']), startMs: z.number(), endMs: z.number() }),
        ),
      }),
    ),
  }),
})
