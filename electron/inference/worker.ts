/**
 * Entry of the inference worker thread: requests in, answers out, one after the other. Inference blocks the thread it
 * runs on, which is why it has one of its own. Nothing else may import this file.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { toLabErrorInfo } from '../../shared/contract/errors.ts'
import { requestSchema, workerDataSchema, type InferenceRequest, type InferenceResponse } from './messages.ts'
import { ModelCache } from './model-cache.ts'

if (!parentPort) throw new Error('The inference worker runs as a worker thread only')
const port = parentPort
const models = new ModelCache(workerDataSchema.parse(workerData).threads)

async function answer({ id, modelDirectory, text }: InferenceRequest): Promise<InferenceResponse> {
  try {
    const model = await models.get(modelDirectory)
    const classification = await model.classify(text)
    const answeredBy = model.lab && { checkpoint: model.lab.checkpoint, step: model.lab.step, epoch: model.lab.epoch }
    return { type: 'answer', id, classification, answeredBy }
  } catch (error) {
    return { type: 'error', id, error: toLabErrorInfo(error) }
  }
}

let previous: Promise<void> = Promise.resolve()
port.on('message', (message: unknown) => {
  const request = requestSchema.parse(message)
  previous = previous.then(async () => port.postMessage(await answer(request)))
})
