/**
 * The model behind the HTTP API: a worker of its own, loaded once, with a queue that is bounded in texts. Requests that
 * arrive while it computes become one batch (inference/turns.ts); this thread never computes.
 */
import type { BatchPrediction, CheckpointRef } from '../../shared/domain/prediction.ts'
import { InferenceClient, type InferenceClientOptions } from '../inference/client.ts'
import { queueFull, stillLoading } from './errors.ts'
import { servingLimits } from './limits.ts'

export interface PredictorOptions extends InferenceClientOptions {
  modelDirectory: string
  /** What it is called. */
  title: string
  /** Which weights these are, where their folder does not say it; null: not known. */
  version?: string | null
  maxQueuedTexts?: number | undefined
}

export interface Predicted {
  predictions: BatchPrediction[]
  /** Rows of the model's batch that computed the last of them. */
  batchRows: number
}

/** Asked while loading, so that the runtime has taken the memory of usual batches: one short text, then as many as fit. */
const warmUps = [1, 8, 32].map((count) =>
  Array.from({ length: count }, (_, index) => 'Markets calm ahead of talks '.repeat(1 + (index % 3))),
)

export class Predictor {
  /** Resolves when it answers; rejects with MODEL_NOT_FOUND or MODEL_INVALID. */
  readonly ready: Promise<void>
  readonly title: string
  readonly #givenVersion: string | null
  #version: string | null = null
  #state: 'loading' | 'ok' | 'failed' = 'loading'
  #queuedTexts = 0
  readonly #client: InferenceClient
  readonly #modelDirectory: string
  readonly #maxQueuedTexts: number

  constructor({ modelDirectory, title, version = null, maxQueuedTexts = servingLimits.queuedTexts, ...clientOptions }: PredictorOptions) {
    this.title = title
    this.#givenVersion = version
    this.#modelDirectory = modelDirectory
    this.#maxQueuedTexts = maxQueuedTexts
    this.#client = new InferenceClient(clientOptions)
    this.ready = this.#load()
    // Heard of where it is awaited, and at every request.
    this.ready.catch(() => undefined)
  }

  get state(): 'loading' | 'ok' | 'failed' {
    return this.#state
  }

  /** The checkpoint that answered last; null until one has. */
  get version(): string | null {
    return this.#version
  }

  /** A model that could not be loaded is tried again. Throws TOO_BUSY where the queue has no room, NOT_READY while loading, and as `classifyMany`. */
  async predict(texts: readonly string[], signal: AbortSignal): Promise<Predicted> {
    if (this.#state === 'loading') throw stillLoading()
    if (this.#queuedTexts + texts.length > this.#maxQueuedTexts) throw queueFull()
    this.#queuedTexts += texts.length
    try {
      return await this.#ask(texts, signal)
    } finally {
      this.#queuedTexts -= texts.length
    }
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  async #load(): Promise<void> {
    try {
      for (const texts of warmUps) await this.#ask(texts)
    } catch (error) {
      this.#state = 'failed'
      throw error
    }
  }

  async #ask(texts: readonly string[], signal?: AbortSignal): Promise<Predicted> {
    let batchRows = 0
    const unknown: CheckpointRef = { modelId: '', title: this.title, checkpoint: '', step: null, epoch: null }
    const predictions = await this.#client.classifyMany(this.#modelDirectory, unknown, texts, {
      ...(signal && { signal }),
      onProgress: (progress) => (batchRows = progress.batchRows),
    })
    this.#state = 'ok'
    this.#version = predictions[0]!.checkpoint.checkpoint || this.#givenVersion
    return { predictions, batchRows }
  }
}
