/** Programs of phase 7: a model that leaves the lab, as a service and as a bundle for torchrun. */
import { z } from 'zod'
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
