/** Experiments on how ranks agree: collectives, gradients, losses, and ranks that are missing. */
import { z } from 'zod'
import { brokenOrFixed, defineProgram, seedField } from './program.ts'

/** (5) One rank has a batch more than the others. */
export const unevenInputs = defineProgram({
  id: 'uneven-inputs',
  arms: brokenOrFixed,
  worldSize: [2, 2, 4],
  fields: { batches: z.int().min(1).max(8).default(3) },
  /** What each rank called, and where it ended, is in its collectives. */
  probe: z.object({ ownBatches: z.int(), stepsMade: z.int(), digest: z.string() }).nullable(),
})

/** (6) The loss is a sum over the batch, not a mean. */
export const sumLoss = defineProgram({
  id: 'sum-loss',
  arms: brokenOrFixed,
  worldSize: [1, 2, 2],
  fields: { steps: z.int().min(3).max(30).default(10), microBatch: z.int().min(2).max(32).default(16), seed: seedField },
  probe: z.object({
    globalBatch: z.int(),
    /** Of the mean loss, and of what this arm optimises, in the first step. */
    meanGradNorm: z.number(),
    usedGradNorm: z.number(),
    /** Mean loss of each step; shorter than asked for where it was no number. */
    adamW: z.array(z.number()),
    sgd: z.array(z.number()),
  }),
})

/** (7) The log shows the loss of rank 0's rows. */
export const rank0Loss = defineProgram({
  id: 'rank0-loss',
  arms: brokenOrFixed,
  worldSize: [2, 2, 4],
  fields: { steps: z.int().min(5).max(60).default(20), microBatch: z.int().min(2).max(32).default(8), seed: seedField },
  probe: z.object({
    /** Of this rank's rows, of all rows, and what the log of rank 0 says, in each step. */
    local: z.array(z.number()),
    global: z.array(z.number()),
    logged: z.array(z.number()),
  }),
})

/** (9) A barrier that only rank 0 reaches. */
export const barrierInIf = defineProgram({
  id: 'barrier-in-if',
  arms: brokenOrFixed,
  worldSize: [2, 3, 4],
  fields: { deadlineMs: z.int().min(300).max(10_000).default(1500) },
  probe: z.object({ steps: z.int() }).nullable(),
})

/** (10) A rank dies, hangs or is slow. */
export const rankDown = defineProgram({
  id: 'rank-down',
  arms: ['healthy', 'dies', 'hangs', 'slow'],
  worldSize: [2, 3, 4],
  fields: {
    steps: z.int().min(2).max(20).default(6),
    culprit: z.int().min(0).max(3).default(1),
    deadlineMs: z.int().min(300).max(10_000).default(1500),
  },
  probe: z
    .object({
      steps: z.array(z.object({ computeMs: z.number(), waitMs: z.number() })),
    })
    .nullable(),
})

/** (14) A parameter whose gradient never comes. */
export const unusedBranch = defineProgram({
  id: 'unused-branch',
  arms: brokenOrFixed,
  worldSize: [2, 2, 4],
  fields: { seed: seedField },
  probe: z.object({
    unusedParameter: z.string(),
    buckets: z.array(
      z.object({
        index: z.int(),
        names: z.array(z.string()),
        /** Still awaited when the backward pass was over. */
        awaited: z.array(z.string()),
        /** Whether its all-reduce was started. */
        launched: z.boolean(),
      }),
    ),
    /** What the reducer said at the end of the step; null where it was content. */
    complaint: z.string().nullable(),
  }),
})

/** (15) Gradients are accumulated, and synchronised at the wrong micro-step. */
export const accumulationSync = defineProgram({
  id: 'accumulation-sync',
  arms: ['fixed', 'every-micro-step', 'first-micro-step'],
  worldSize: [2, 2, 4],
  fields: { steps: z.int().min(2).max(10).default(4), gradAccumSteps: z.int().min(2).max(8).default(4), seed: seedField },
  probe: z.object({
    gradientBytes: z.int(),
    steps: z.array(
      z.object({
        payloadBytesSent: z.int(),
        /** SHA-256 over all parameters after the update, hex. */
        digest: z.string(),
        /** A few parameters after the update, so that the distance of the ranks can be seen. */
        values: z.array(z.number()).max(16),
      }),
    ),
  }),
})

const savedFileSchema = z.object({ name: z.string(), bytes: z.int(), sha256: z.string() })

/** (16) All ranks save, or the checkpoint lacks what the optimizer remembers. */
export const checkpointMistakes = defineProgram({
  id: 'checkpoint-mistakes',
  arms: ['fixed', 'all-ranks-save', 'no-moments'],
  worldSize: [2, 2, 2],
  fields: { stepsBefore: z.int().min(2).max(30).default(12), stepsAfter: z.int().min(2).max(20).default(8), seed: seedField },
  probe: z.object({
    /** What this rank wrote; empty where it left that to rank 0. */
    wrote: z.array(savedFileSchema),
    /** What lay on the disk when all were done. */
    onDisk: z.array(savedFileSchema),
    /** Losses after the checkpoint: without an interruption, and resumed from the file. */
    uninterrupted: z.array(z.number()),
    resumed: z.array(z.number()),
    /** Largest relative difference of a parameter at the end. */
    parameterDifference: z.number(),
  }),
})

const phasesSchema = z.object({ dataMs: z.number(), forwardBackwardMs: z.number(), allReduceMs: z.number(), optimizerMs: z.number() })

/** (17) Why two ranks are not twice as fast. */
export const belowTwice = defineProgram({
  id: 'below-twice',
  arms: ['healthy', 'starved-loader', 'tiny-batch', 'small-buckets', 'straggler'],
  worldSize: [2, 2, 2],
  fields: { steps: z.int().min(4).max(30).default(10) },
  /** Of each step after the warm-up, on this rank. */
  probe: z.object({ microBatch: z.int(), bucketCount: z.int(), steps: z.array(phasesSchema), samplesPerSec: z.number() }),
})

/** (18) What can be wrong before the first step. */
export const preFlight = defineProgram({
  id: 'pre-flight',
  arms: ['fixed', 'port-busy', 'one-device', 'too-many-threads'],
  worldSize: [2, 2, 2],
  fields: {},
  probe: z.object({
    checks: z.array(z.object({ name: z.enum(['address', 'device', 'threads']), ok: z.boolean(), seen: z.string() })),
  }),
})
