import { z } from 'zod'

export const gpuSchema = z.object({
  name: z.string(),
  /** Whether a kernel of the lab can run on it, tried, not guessed. */
  usable: z.boolean(),
  /** Why not, or through what. */
  note: z.string(),
})

export const backendStatusSchema = z.object({
  name: z.string(),
  available: z.boolean(),
  note: z.string(),
})

export const hardwareSchema = z.object({
  cpuModel: z.string(),
  /** Logical cores this process may use. */
  cpuCores: z.int(),
  ramBytes: z.number(),
  os: z.string(),
  gpus: z.array(gpuSchema),
  backends: z.array(backendStatusSchema),
  /** Name → version of what computes: node, electron where present, onnxruntime-node, tfjs, the lab. */
  versions: z.record(z.string(), z.string()),
})
export type Hardware = z.infer<typeof hardwareSchema>

/** Where a number comes from. Shown beside every number. */
export const provenanceSchema = z.enum(['measured', 'imported', 'predicted', 'simulated'])
export type Provenance = z.infer<typeof provenanceSchema>
