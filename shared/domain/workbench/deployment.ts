/** Programs of phase 7: a model that leaves the lab, as a service, as a Space and as a bundle for torchrun. */
import { z } from 'zod'
import { spaceKindSchema } from '../space.ts'
import { defineProgram, measured } from './program.ts'

/** What is asked of the server, in this order. */
export const apiRequests = ['one headline', 'three headlines', 'no text', 'no JSON', 'too large'] as const

export const httpApi = defineProgram({
  id: 'http-api',
  arms: measured,
  worldSize: [1, 1, 1],
  fields: { steps: z.int().min(1).max(200).default(80) },
  probe: z.object({
    trainSteps: z.int(),
    /** While the model was still being loaded. */
    healthBefore: z.object({ status: z.int(), body: z.string() }),
    exchanges: z.array(
      z.object({
        name: z.enum(apiRequests),
        path: z.string(),
        /** Of the body sent: its beginning, and how long it was. */
        sent: z.string(),
        sentBytes: z.int(),
        status: z.int(),
        /** Of the answer: its beginning. */
        answer: z.string(),
        /** Until the answer was there. */
        ms: z.number(),
      }),
    ),
  }),
})

export const spaceFolders = defineProgram({
  id: 'space-folders',
  arms: measured,
  worldSize: [1, 1, 1],
  fields: { steps: z.int().min(1).max(200).default(80) },
  probe: z.object({
    trainSteps: z.int(),
    /** Headlines that both the lab's model and the Spaces' were asked. */
    rowCount: z.int(),
    spaces: z.array(
      z.object({
        kind: spaceKindSchema,
        /** Of README.md: the lines by which the hub knows how to run it. */
        head: z.array(z.string()),
        files: z.array(z.object({ path: z.string(), bytes: z.int() })),
        /** Read once more, every file is the one that space.json lists. */
        isWhole: z.boolean(),
        /** What its own files would load from other hosts. */
        foreign: z.array(z.string()),
        /** Share of the rows for which its weights name the class that the lab's model names. */
        agreement: z.number(),
        /** Between the probabilities, over all rows and classes. */
        largestDifference: z.number(),
      }),
    ),
  }),
})

export const torchBundle = defineProgram({
  id: 'torch-bundle',
  arms: measured,
  worldSize: [1, 1, 1],
  fields: {},
  probe: z.object({
    files: z.array(z.object({ name: z.string(), bytes: z.int(), isExecutable: z.boolean() })),
    /** Rows in the bundle, and in the lab's own training split. */
    trainRows: z.int(),
    labTrainRows: z.int(),
    /** Rows whose ids in the bundle are not those that the lab's ranks see. */
    differentRows: z.int(),
    parameterCount: z.int(),
    /** Weights of the bundle that are not, bit for bit, those a run of the lab begins with. */
    differentWeights: z.int(),
  }),
})
