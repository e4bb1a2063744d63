/** Experiments on which rows a rank sees, and what it makes of them. */
import { z } from 'zod'
import { brokenOrFixed, defineProgram, seedField } from './program.ts'

/** (1) The sampler is not told the epoch. */
export const setEpoch = defineProgram({
  id: 'set-epoch',
  arms: brokenOrFixed,
  worldSize: [2, 2, 4],
  fields: { rows: z.int().min(64).max(1024).default(512), epochs: z.int().min(2).max(6).default(4), seed: seedField },
  /** `epochs[e]`: the first 64 rows that this rank reads. */
  probe: z.object({ rowCount: z.int(), epochs: z.array(z.array(z.int()).max(64)) }),
})

/** (2) Every rank reads the whole data set: no distributed sampler. */
export const noSampler = defineProgram({
  id: 'no-sampler',
  arms: brokenOrFixed,
  worldSize: [2, 2, 4],
  fields: {
    rows: z.int().min(16).max(128).default(96),
    microBatch: z.int().min(2).max(32).default(8),
    seed: seedField,
  },
  probe: z.object({
    microBatch: z.int(),
    /** How often this rank read each row in one epoch. */
    seen: z.array(z.int()),
    /** Its rows, step by step. */
    steps: z.array(z.array(z.int())),
  }),
})

const lossCurveSchema = z.object({
  ranks: z.int(),
  microBatch: z.int(),
  globalBatch: z.int(),
  learningRate: z.number(),
  /** Of each step, over the whole batch; the samples seen by then are step × globalBatch. */
  losses: z.array(z.number()),
  /** On rows that were not trained on, after the last step. */
  validationLoss: z.number(),
})

/** (3) Twice the batch at the same learning rate, or at one that grew with it. */
export const batchAndRate = defineProgram({
  id: 'batch-and-rate',
  arms: brokenOrFixed,
  worldSize: [2, 2, 2],
  fields: {
    samples: z.int().min(256).max(4096).multipleOf(64).default(3072),
    learningRate: z.number().positive().max(1).default(7e-4),
    seed: seedField,
  },
  /** Rank 0 made 1 × 32, rank 1 made 1 × 64; 2 × 16 and 2 × 32 are on both. */
  probe: z.object({ validationLossBefore: z.number(), curves: z.array(lossCurveSchema) }),
})

/** (8) Ranks evaluate equal shares because some rows are taken twice. */
export const evalPadding = defineProgram({
  id: 'eval-padding',
  arms: brokenOrFixed,
  worldSize: [2, 4, 4],
  /** Not a multiple of the ranks, so that it happens. */
  fields: { rows: z.int().min(5).max(256).default(61), seed: seedField },
  probe: z.object({
    rowCount: z.int(),
    /** Rows that this rank evaluated. */
    rows: z.array(z.int()),
    correctRows: z.array(z.int()),
    /** Over all ranks, as they summed it. */
    countedRows: z.int(),
    accuracy: z.number(),
  }),
})

/** (12) The ranks drop out the same places. */
export const dropoutSeeds = defineProgram({
  id: 'dropout-seeds',
  arms: brokenOrFixed,
  worldSize: [2, 2, 4],
  fields: { seed: seedField },
  probe: z.object({
    rate: z.number(),
    site: z.string(),
    /** 1 kept, 0 dropped: the first places, for three steps. */
    steps: z.array(z.array(z.int()).max(256)),
  }),
})

/** (13) Each rank normalises by statistics of its own rows. */
export const batchNorm = defineProgram({
  id: 'batch-norm',
  arms: brokenOrFixed,
  worldSize: [2, 2, 4],
  fields: { steps: z.int().min(2).max(40).default(12), microBatch: z.int().min(2).max(32).default(16), seed: seedField },
  probe: z.object({
    /** Features that the layer normalises: the logits of the classifier. */
    features: z.array(z.string()),
    /** Running mean and variance after each step, one number for each feature. */
    steps: z.array(z.object({ mean: z.array(z.number()), variance: z.array(z.number()) })),
  }),
})
