/** Downloads from the hub, of data sets and models alike. What starts one is a call of its own domain. */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { downloadSchema } from '../domain/download.ts'
import { procedure } from './base.ts'

const byId = z.object({ downloadId: z.string().max(400) })

export const downloads = {
  /** All that are known, the newest first, and again whenever something changes; at most four times a second. */
  watch: procedure.output(eventIterator(z.array(downloadSchema))),
  /** Stops it; what is on the disk stays. */
  cancel: procedure.input(byId).output(z.object({})),
  /** Goes on with one that was cancelled, interrupted or failed. */
  resume: procedure.input(byId).output(z.object({})),
  /** Takes one that is over off the list. */
  dismiss: procedure.input(byId).output(z.object({})),
}
