/** playground.*: classify a headline with a trained model, off the main thread. */
import { LabError } from '../../shared/contract/errors.ts'
import { modelDirectory } from '../supervisor/run-directory.ts'
import { trainedModels } from './model-handlers.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'

export const playgroundHandlers = ({ inference, models, store }: LabParts) => ({
  classify: os.playground.classify.handler(async ({ input: { modelId, text } }) => {
    const pretrained = await models.find(modelId)
    if (pretrained?.directory) {
      const ref = { modelId, title: pretrained.title, checkpoint: 'model', step: null, epoch: null }
      return inference.classify(pretrained.directory, ref, text)
    }
    const model = (await trainedModels(store)).find(({ id }) => id === modelId)
    if (!model) throw modelGone(modelId)
    const { title, checkpoint, step } = model
    return inference.classify(modelDirectory(store.directory(modelId)), { modelId, title, checkpoint, step, epoch: null }, text)
  }),
})

const modelGone = (modelId: string): LabError =>
  new LabError({
    code: 'MODEL_NOT_FOUND',
    title: 'There is no such model',
    cause: `Run ${modelId} has no model that can be read; it may have been removed.`,
    suggestion: 'Choose another model, or train one first.',
  })
