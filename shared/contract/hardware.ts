import { z } from 'zod'
import { deviceSchema } from '../domain/device.ts'
import { hardwareSchema } from '../domain/hardware.ts'
import { procedure } from './base.ts'

const description = z.object({
  hardware: hardwareSchema,
  /** What this machine is good for, plain sentences. */
  verdicts: z.array(z.string()),
  /** What "Train on 2 GPUs" means here, and the device that it trains on. */
  twoRanks: z.object({ onGpus: z.boolean(), device: deviceSchema, label: z.string(), note: z.string() }),
  dataDirectory: z.string(),
})

export const hardware = {
  /** At once, with what is known. */
  describe: procedure.output(description),
  /** Once everything that may compute has been tried, which takes seconds the first time. */
  tried: procedure.output(description),
}
