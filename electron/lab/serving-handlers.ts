/** serving.*: a model of the lab over HTTP. */
import { answeringModel } from './answering-model.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { streamWithTypedErrors } from './typed-errors.ts'

export const servingHandlers = ({ models, store, served }: LabParts) => ({
  start: os.serving.start.handler(async ({ input: { modelId, port, token } }) => {
    const { directory, ref } = await answeringModel({ models, store }, { modelId, checkpoint: null })
    return served.start({ id: modelId, title: ref.title, directory }, port, token)
  }),
  stop: os.serving.stop.handler(() => served.stop()),
  watch: os.serving.watch.handler(({ signal }) => streamWithTypedErrors(served.watch(signal))),
})
