/**
 * The lab's side of the inference worker: starts it when first asked, hands it one batch at a time, and starts another
 * where it died. Who is next, `turns.ts` decides; what is aborted before its turn is never computed. A request whose worker
 * died fails with a typed error; those behind it go on.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { LabError } from '../../shared/contract/errors.ts'
import type { BatchPrediction, CheckpointRef, Prediction } from '../../shared/domain/prediction.ts'
import { entryFile } from '../paths.ts'
import { responseSchema, type InferenceRequest, type InferenceResponse } from './messages.ts'
import { byLength, TurnQueue, type BatchJob, type HeadlineJob, type Part, type Turn } from './turns.ts'

/** Where nobody asks for a number: more pay for large batches only. */
export const usualThreads = (): number => Math.min(4, availableParallelism())

export interface InferenceClientOptions {
  /** ONNX Runtime threads; one headline needs few. */
  threads?: number
  /** Of a batch; 1 computes text by text, to compare with. */
  maxBatchRows?: number
  workerFile?: string
}

export interface AskOptions {
  /** Aborted before its turn, a text is not computed. The promise rejects with the signal's reason at once. */
  signal?: AbortSignal
}

export interface Progress {
  /** Texts that have their answer, of how many. */
  done: number
  total: number
  /** Of the batch just computed, those of other jobs included. */
  batchRows: number
}

export interface AskManyOptions extends AskOptions {
  /** Called after each batch that was computed. */
  onProgress?: (progress: Progress) => void
}

interface Waiting<T> {
  checkpointRef: CheckpointRef
  signal: AbortSignal | undefined
  resolve: (answer: T) => void
  reject: (error: unknown) => void
}

interface WaitingHeadline extends HeadlineJob, Waiting<Prediction> {}

interface WaitingBatch extends BatchJob, Waiting<BatchPrediction[]> {
  /** In the order of the texts; holes where an answer is still to come. */
  answers: BatchPrediction[]
  doneCount: number
  onProgress: AskManyOptions['onProgress']
}

/**
 * Clients that wait for their answer to ask again come back together, but not in the same millisecond. After a batch of
 * several rows, a smaller one waits for them this share of the time that the last one took, and no longer than this.
 */
const gatherShare = 0.1
const maxGatherMs = 5

type WaitingJob = WaitingHeadline | WaitingBatch

export class InferenceClient {
  readonly #threads: number
  readonly #workerFile: string
  readonly #queue: TurnQueue<WaitingHeadline, WaitingBatch>
  #worker: Worker | null = null
  #closed = false
  #lastId = 0
  /** Rows of the batch before, and until when as many are hoped for again. */
  #last = { rows: 1, gatherUntil: 0 }
  /** The turns being taken, until nothing waits. */
  #running: Promise<void> | null = null

  constructor({ threads = usualThreads(), maxBatchRows, workerFile = entryFile('inference-worker') }: InferenceClientOptions = {}) {
    this.#queue = new TurnQueue(maxBatchRows)
    this.#threads = threads
    this.#workerFile = workerFile
  }

  /**
   * The answer of the model in `modelDirectory`. `checkpointRef` names the model; which checkpoint and step answered is
   * corrected to what was loaded. Throws MODEL_NOT_FOUND, MODEL_INVALID, or INTERNAL where the worker died.
   */
  classify(modelDirectory: string, checkpointRef: CheckpointRef, text: string, { signal }: AskOptions = {}): Promise<Prediction> {
    return this.#enqueue(signal, (settle) => ({ kind: 'headline', modelDirectory, text, checkpointRef, signal, ...settle }))
  }

  /**
   * The answers to `texts`, in their order. Computed in batches, between which single headlines and other jobs have their
   * turn; a model folder that is renewed meanwhile answers the rest, and each answer names its checkpoint. Throws as
   * `classify`.
   */
  classifyMany(
    modelDirectory: string,
    checkpointRef: CheckpointRef,
    texts: readonly string[],
    { signal, onProgress }: AskManyOptions = {},
  ): Promise<BatchPrediction[]> {
    if (texts.length === 0) return Promise.resolve([])
    return this.#enqueue(signal, (settle) => ({
      kind: 'batch',
      modelDirectory,
      texts: [...texts],
      remaining: byLength(texts),
      answers: new Array<BatchPrediction>(texts.length),
      doneCount: 0,
      onProgress,
      checkpointRef,
      signal,
      ...settle,
    }))
  }

  /** Ends the worker; what is waiting fails. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#worker?.terminate()
    await this.#running
  }

  #enqueue<T>(signal: AbortSignal | undefined, make: (settle: Pick<Waiting<T>, 'resolve' | 'reject'>) => WaitingJob): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    return new Promise<T>((resolve, reject) => {
      const abort = (): void => {
        this.#queue.remove(job)
        job.reject(signal?.reason)
      }
      const settled =
        <V>(settle: (value: V) => void) =>
        (value: V): void => {
          signal?.removeEventListener('abort', abort)
          settle(value)
        }
      const job = make({ resolve: settled(resolve), reject: settled(reject) })
      signal?.addEventListener('abort', abort, { once: true })
      this.#queue.add(job)
      this.#running ??= this.#takeTurns()
    })
  }

  async #takeTurns(): Promise<void> {
    // What is asked in the same moment shares the first batch.
    await Promise.resolve()
    await this.#gather()
    for (let turn = this.#queue.next(); turn; turn = this.#queue.next()) {
      const began = performance.now()
      await this.#take(turn)
      const ended = performance.now()
      const rows = turn.kind === 'batch' ? turn.parts.reduce((sum, part) => sum + part.rows.length, 0) : 1
      this.#last = { rows, gatherUntil: ended + Math.min(maxGatherMs, gatherShare * (ended - began)) }
      await this.#gather()
    }
    this.#running = null
  }

  async #gather(): Promise<void> {
    const { rows, gatherUntil } = this.#last
    for (let leftMs = gatherUntil - performance.now(); rows > 1 && leftMs > 0; leftMs = gatherUntil - performance.now()) {
      if (this.#queue.isWorth(rows)) return
      // A timer takes a millisecond or two, which is longer than a small model computes: then only what has arrived is taken in.
      await new Promise<void>((resolve) => (leftMs > 2 ? setTimeout(resolve, 1) : setImmediate(resolve)))
    }
  }

  async #take(turn: Turn<WaitingHeadline, WaitingBatch>): Promise<void> {
    const jobs: WaitingJob[] = turn.kind === 'headline' ? [turn.job] : turn.parts.map(({ job }) => job)
    try {
      const response = await this.#ask(requestOf(turn, ++this.#lastId))
      if (response.type === 'error') throw new LabError(response.error)
      if (turn.kind === 'headline' && response.type === 'headline') answerHeadline(turn.job, response)
      else if (turn.kind === 'batch' && response.type === 'batch') answerBatch(turn.parts, response)
      else throw workerStopped('it answered another question')
    } catch (error) {
      for (const job of jobs) {
        this.#queue.remove(job)
        job.reject(error)
      }
    }
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

type ResponseOf<T extends InferenceResponse['type']> = Extract<InferenceResponse, { type: T }>

function requestOf(turn: Turn<WaitingHeadline, WaitingBatch>, id: number): InferenceRequest {
  if (turn.kind === 'headline') return { type: 'headline', id, modelDirectory: turn.job.modelDirectory, text: turn.job.text }
  const texts = turn.parts.flatMap(({ job, rows }) => rows.map((row) => job.texts[row]!))
  return { type: 'batch', id, modelDirectory: turn.parts[0]!.job.modelDirectory, texts }
}

function answerHeadline(job: WaitingHeadline, { classification, answeredBy }: ResponseOf<'headline'>): void {
  job.resolve({ ...classification, checkpoint: { ...job.checkpointRef, ...answeredBy } })
}

function answerBatch(parts: readonly Part<WaitingBatch>[], { classifications, answeredBy }: ResponseOf<'batch'>): void {
  const rowCount = parts.reduce((sum, { rows }) => sum + rows.length, 0)
  if (classifications.length !== rowCount) throw workerStopped(`it gave ${classifications.length} answers to ${rowCount} texts`)
  let next = 0
  for (const { job, rows } of parts) {
    if (job.signal?.aborted) {
      next += rows.length
      continue
    }
    const checkpoint = { ...job.checkpointRef, ...answeredBy }
    for (const row of rows) job.answers[row] = { text: job.texts[row]!, ...classifications[next++]!, checkpoint }
    job.doneCount += rows.length
    job.onProgress?.({ done: job.doneCount, total: job.texts.length, batchRows: rowCount })
    if (job.doneCount === job.texts.length) job.resolve(job.answers)
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
