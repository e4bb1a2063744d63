import { z } from 'zod'
import { gpuDeviceSchema } from './device.ts'

export const gpuSchema = z.object({
  name: z.string(),
  /** Place on the PCI bus, 'dddd:bb:dd.f'; null where the system does not say. */
  pciAddress: z.string().nullable().default(null),
  /** As nvidia-smi counts; null where it does not know the card. */
  cudaIndex: z.int().nullable().default(null),
  /** What computed on it when it was tried. */
  through: z.array(gpuDeviceSchema).default([]),
  /** Name and version of what drives it; null where the system does not say. */
  driver: z.string().nullable().default(null),
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
export type Gpu = z.infer<typeof gpuSchema>
export type Hardware = z.infer<typeof hardwareSchema>

/** Where a number comes from. Shown beside every number. */
export const provenanceSchema = z.enum(['measured', 'imported', 'predicted', 'simulated'])
export type Provenance = z.infer<typeof provenanceSchema>
