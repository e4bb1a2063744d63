import { z } from 'zod'
import { runConfigSchema } from '../domain/run-config.ts'
import { procedure } from './base.ts'

export const handoff = {
  /** Writes a torchrun bundle into the lab's directory. */
  bundle: procedure.input(z.object({ config: runConfigSchema })).output(
    z.object({
      directory: z.string(),
      /** What to do with it, in the order in which a person would: a heading and a shell command. */
      commands: z.array(z.object({ title: z.string(), command: z.string() })),
    }),
  ),
  /** Takes in the folder that `train_ddp.py` wrote on this machine. */
  importRun: procedure.input(z.object({ path: z.string().min(1).max(4096) })).output(z.object({ runId: z.string() })),
}
