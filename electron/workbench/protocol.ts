/** What the launcher and the ranks of a program say to each other, over the child process's IPC channel. Parsed on both sides. */
import { z } from 'zod'
import { labErrorInfoSchema } from '../../shared/contract/errors.ts'
import { programInputSchema } from '../../shared/domain/workbench.ts'
import { collectiveSchema } from '../../shared/domain/workbench/program.ts'

/** The first message to a rank; the only other one is `reportNow`. */
export const jobSchema = z.object({
  rank: z.int().min(0),
  worldSize: z.int().positive(),
  /** Names this start; ranks of another one are strangers. */
  attempt: z.string(),
  /** For sockets and for what the ranks share; removed when the program is over. */
  directory: z.string(),
  /** Vocabularies trained earlier. */
  cacheDirectory: z.string(),
  /** ONNX Runtime threads of this rank. */
  threads: z.int().positive(),
  /** Zero of the program's clock: milliseconds since 1970. */
  startedAt: z.number(),
  input: programInputSchema,
})
export type Job = z.infer<typeof jobSchema>

const standing = { activity: z.string(), collectives: z.array(collectiveSchema), collectiveCount: z.int() }

/** To a rank that works, or waits, when the program is over for the others. */
export const reportNow = 'report now'

export const rankMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), text: z.string() }),
  /** Last of all, one of these. The probe's schema depends on the program. */
  z.object({ type: z.literal('finished'), probe: z.unknown(), ...standing }),
  z.object({ type: z.literal('ended'), ...standing }),
  z.object({ type: z.literal('failed'), error: labErrorInfoSchema, ...standing }),
])
export type RankMessage = z.infer<typeof rankMessageSchema>
