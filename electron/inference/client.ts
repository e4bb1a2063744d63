/**
 * The lab's side of the inference worker: starts it when first asked, hands it one request at a time, and starts
 * another where it died. A request whose worker died fails with a typed error; those behind it go on.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { LabError } from '../../shared/contract/errors.ts'
import type { CheckpointRef, Prediction } from '../../shared/domain/prediction.ts'
import { entryFile } from '../paths.ts'
import { responseSchema, type InferenceRequest, type InferenceResponse } from './messages.ts'

export interface InferenceClientOptions {
  /** ONNX Runtime threads; one headline needs few. */
  threads?: number
  workerFile?: string
}

export class InferenceClient {
  readonly #threads: number
  readonly #workerFile: string
  #worker: Worker | null = null
  #closed = false
  #lastId = 0
  #previous: Promise<unknown> = Promise.resolve()

  constructor({ threads = Math.min(4, availableParallelism()), workerFile = entryFile('inference-worker') }: InferenceClientOptions = {}) {
    this.#threads = threads
    this.#workerFile = workerFile
  }

  /**
   * The answer of the model in `modelDirectory`. `checkpointRef` names the model; which checkpoint and step answered is
   * corrected to what was loaded. Throws MODEL_NOT_FOUND, MODEL_INVALID, or INTERNAL where the worker died.
   */
  classify(modelDirectory: string, checkpointRef: CheckpointRef, text: string): Promise<Prediction> {
    const request = { id: ++this.#lastId, modelDirectory, text }
    const result = this.#previous.then(() => this.#ask(request))
    this.#previous = result.catch(() => undefined)
    return result.then((response) => {
      if (response.type === 'error') throw new LabError(response.error)
      return { ...response.classification, checkpoint: { ...checkpointRef, ...response.answeredBy } }
    })
  }

  /** Ends the worker; what is waiting fails. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#worker?.terminate()
    await this.#previous
  }

  #ask(request: InferenceRequest): Promise<InferenceResponse> {
    if (this.#closed) return Promise.reject(workerStopped('the lab is closing'))
    this.#worker ??= this.#start()
    const worker = this.#worker
    return new Promise<InferenceResponse>((resolve, reject) => {
      const onMessage = (message: unknown): void => {
        const response = responseSchema.safeParse(message)
        if (!response.success) return finish(() => reject(workerStopped(`it sent what is no answer: ${response.error.message}`)))
        if (response.data.id === request.id) finish(() => resolve(response.data))
      }
      const onError = (error: unknown): void => finish(() => reject(workerStopped(error instanceof Error ? error.message : String(error))))
      const onExit = (code: number): void => finish(() => reject(workerStopped(`it ended with code ${code}`)))
      const finish = (settle: () => void): void => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit)
        worker.unref()
        settle()
      }
      worker.on('message', onMessage).on('error', onError).on('exit', onExit)
      worker.ref()
      worker.postMessage(request)
    })
  }

  #start(): Worker {
    const worker = new Worker(this.#workerFile, { workerData: { threads: this.#threads } })
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = null
    }
    // The request in progress hears of it too; between requests there is nobody to tell.
    worker.on('error', forget).on('exit', forget)
    return worker
  }
}

function workerStopped(cause: string): LabError {
  return new LabError({
    code: 'INTERNAL',
    title: 'The part of the lab that answers headlines stopped',
    cause: `Its worker gave no answer: ${cause}.`,
    suggestion: 'Ask again: a new one is started. If it stops again, report it together with this text.',
  })
}
