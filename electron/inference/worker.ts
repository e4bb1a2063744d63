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

async function answer(request: InferenceRequest): Promise<InferenceResponse> {
  const { id } = request
  try {
    const model = await models.get(request.modelDirectory)
    const answeredBy = model.lab && { checkpoint: model.lab.checkpoint, step: model.lab.step, epoch: model.lab.epoch }
    if (request.type === 'headline') return { type: 'headline', id, classification: await model.classify(request.text), answeredBy }
    return { type: 'batch', id, classifications: await model.classifyMany(request.texts), answeredBy }
  } catch (error) {
    return { type: 'error', id, error: toLabErrorInfo(error) }
  }
}

let previous: Promise<void> = Promise.resolve()
port.on('message', (message: unknown) => {
  const request = requestSchema.parse(message)
  previous = previous.then(async () => port.postMessage(await answer(request)))
})
