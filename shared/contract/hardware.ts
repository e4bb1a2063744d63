import { z } from 'zod'
import { hardwareSchema } from '../domain/hardware.ts'
import { procedure } from './base.ts'

export const hardware = {
  describe: procedure.output(
    z.object({
      hardware: hardwareSchema,
      /** What this machine is good for, plain sentences. */
      verdicts: z.array(z.string()),
      /** What "Train on 2 GPUs" means here. */
      twoRanks: z.object({ onGpus: z.boolean(), label: z.string(), note: z.string() }),
      dataDirectory: z.string(),
    }),
  ),
}
