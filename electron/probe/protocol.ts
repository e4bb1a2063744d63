/** What a probe process answers. It may also just die, which is an answer too. */
import { z } from 'zod'
import { deviceSchema } from '../../shared/domain/device.ts'

/** The CPU needs no probe: what it computes is what others are compared with. */
export const probeSubjectSchema = deviceSchema.exclude(['cpu'])
export type ProbeSubject = z.infer<typeof probeSubjectSchema>

export const probeResultSchema = z.object({
  /** Whether it computed, and computed right. */
  works: z.boolean(),
  /** Whether what computed is a GPU: a driver in software is none. */
  onGpu: z.boolean(),
  version: z.string().nullable(),
  /** Why it does not work, in the words of whatever failed. */
  error: z.string().nullable(),
})
export type ProbeResult = z.infer<typeof probeResultSchema>

export const failedProbe = (error: unknown): ProbeResult => ({
  works: false,
  onGpu: false,
  version: null,
  error: error instanceof Error ? error.message : String(error),
})
