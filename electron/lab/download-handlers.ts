/** downloads.*: watch, cancel, resume and dismiss; what starts a download is a call of its own domain. */
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { streamWithTypedErrors } from './typed-errors.ts'

export const downloadHandlers = ({ downloads }: LabParts) => ({
  watch: os.downloads.watch.handler(({ signal }) => streamWithTypedErrors(downloads.watch(signal))),
  cancel: os.downloads.cancel.handler(async ({ input }) => {
    await downloads.cancel(input.downloadId)
    return {}
  }),
  resume: os.downloads.resume.handler(({ input }) => {
    downloads.resume(input.downloadId)
    return {}
  }),
  dismiss: os.downloads.dismiss.handler(async ({ input }) => {
    await downloads.dismiss(input.downloadId)
    return {}
  }),
})
