/**
 * The lab's side of an export: a worker for each, one at a time, followed as a stream. Who stops reading the stream cancels
 * the export; it then cleans up after itself before its worker ends.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { LabError } from '../../shared/contract/errors.ts'
import type { ExportEvent } from '../../shared/domain/export.ts'
import { entryFile } from '../paths.ts'
import { cancelMessage, workerMessageSchema, type ExportJob, type WorkerMessage } from './messages.ts'

/** The longest that a piece of work between two looks at 'cancel' may take; a worker that is silent longer is ended. */
const cancelMs = 60_000

export class Exporter {
  readonly #workerFile: string
  #active: ActiveExport | null = null

  constructor(workerFile = entryFile('export-worker')) {
    this.#workerFile = workerFile
  }

  /**
   * Exports until it is done or `signal` is given. Throws what `exportModel` throws, and TOO_BUSY during another export; one
   * that was cancelled and is clearing up after itself is waited for.
   */
  async *run(job: Omit<ExportJob, 'threads'>, signal?: AbortSignal): AsyncGenerator<ExportEvent, void> {
    while (this.#active) {
      if (!this.#active.isCancelled) throw tooBusy()
      await this.#active.ended
    }
    const active = new ActiveExport(this.#workerFile, { ...job, threads: Math.min(4, availableParallelism()) })
    this.#active = active
    // Before anybody else hears of its end.
    void active.ended.then(() => (this.#active = null))
    const cancel = (): void => active.cancel()
    signal?.addEventListener('abort', cancel)
    if (signal?.aborted) cancel()
    try {
      for (;;) {
        const message = await active.next()
        if (message.type === 'error') throw new LabError(message.error)
        yield message
        if (message.type === 'done') return
      }
    } finally {
      signal?.removeEventListener('abort', cancel)
      active.cancel()
      await active.ended
    }
  }

  /** Cancels what is going on and waits for it to be cleared away. */
  async close(): Promise<void> {
    this.#active?.cancel()
    await this.#active?.ended
  }
}

class ActiveExport {
  readonly ended: Promise<void>
  readonly #worker: Worker
  /** Not yet read. Of several steps of progress only the last is kept. */
  readonly #messages: WorkerMessage[] = []
  #wake = (): void => undefined
  #timer: NodeJS.Timeout | null = null
  #isOver = false

  constructor(workerFile: string, job: ExportJob) {
    this.#worker = new Worker(workerFile, { workerData: job })
    this.#worker.on('message', (message: unknown) => {
      const parsed = workerMessageSchema.safeParse(message)
      this.#add(parsed.success ? parsed.data : stopped(`it sent what is no message: ${parsed.error.message}`))
    })
    this.#worker.on('error', (error) => this.#add(stopped(error instanceof Error ? error.message : String(error))))
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#isOver = true
        clearTimeout(this.#timer ?? undefined)
        this.#add(stopped(`it ended with code ${code}`))
        resolve()
      })
    })
  }

  get isCancelled(): boolean {
    return this.#timer !== null
  }

  async next(): Promise<WorkerMessage> {
    while (this.#messages.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#messages.shift()!
  }

  cancel(): void {
    if (this.#isOver || this.#timer) return
    this.#worker.postMessage(cancelMessage)
    this.#timer = setTimeout(() => void this.#worker.terminate(), cancelMs)
    this.#timer.unref()
  }

  #add(message: WorkerMessage): void {
    if (message.type === 'progress' && this.#messages.at(-1)?.type === 'progress') this.#messages.pop()
    this.#messages.push(message)
    this.#wake()
  }
}

const stopped = (cause: string): WorkerMessage => ({
  type: 'error',
  error: {
    code: 'INTERNAL',
    title: 'The export stopped',
    cause: `Its worker gave no result: ${cause}.`,
    suggestion: 'Export again. If it stops again, report it together with this text.',
  },
})

const tooBusy = (): LabError =>
  new LabError({
    code: 'TOO_BUSY',
    title: 'Another export is going on',
    cause: 'The lab writes one export at a time: each computes with every core.',
    suggestion: 'Wait for it to end, or cancel it.',
  })
