/**
 * The one model that the lab serves over HTTP: which, in which state, and what its requests were. The server has a worker
 * of its own, so that it never waits for the playground; it ends with the lab. Its token is kept by nobody but itself.
 */
import { LabError, toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { ServedModelStatus } from '../../shared/domain/serving.ts'
import { serveModel, type ModelServer } from '../serving/server.ts'
import { News } from './news.ts'

export interface ModelToServe {
  id: string
  title: string
  directory: string
}

/** What happened in the last minute changes without any request. */
const figuresMs = 1_000
/** Lines of the log that the page is sent, each time. */
const recentCount = 60

const nothing: ServedModelStatus = {
  state: 'stopped',
  model: null,
  url: null,
  needsToken: false,
  startedAt: null,
  error: null,
  figures: null,
  recent: [],
}

export class ServedModel {
  /** Without what the meter knows. */
  #status: ServedModelStatus = nothing
  /** Of the server that was started last; its meter outlives it. */
  #server: ModelServer | null = null
  readonly #news = new News()
  #clock: NodeJS.Timeout | undefined
  #stopping: Promise<void> | null = null
  /** Settled when a start that was asked for listens or failed. */
  #starting: Promise<unknown> = Promise.resolve()

  status(): ServedModelStatus {
    const { meter } = this.#server ?? {}
    return meter ? { ...this.#status, figures: meter.figures(), recent: meter.recent().slice(-recentCount) } : this.#status
  }

  /** Resolves when it listens. Throws TOO_BUSY where one is served already, and PORT_IN_USE; then nothing is served. */
  async start(model: ModelToServe, port: number, token: string | null): Promise<ServedModelStatus> {
    if (this.#isServing()) throw alreadyServing(this.#status)
    const { id, title } = model
    this.#server = null
    this.#change({ ...nothing, state: 'loading', model: { id, title }, needsToken: token !== null, startedAt: new Date().toISOString() })
    const starting = this.#listen(model, port, token)
    this.#starting = starting.catch(() => undefined)
    await starting
    return this.status()
  }

  /** Finishes what is in flight. */
  async stop(): Promise<ServedModelStatus> {
    await this.#starting
    if (this.#isServing()) await (this.#stopping ??= this.#end({ state: 'stopped' }))
    return this.status()
  }

  /** Now, and again after every change, until `signal`. */
  watch(signal?: AbortSignal): AsyncGenerator<ServedModelStatus, void> {
    return this.#news.follow(() => this.status(), signal)
  }

  async close(): Promise<void> {
    await this.stop()
  }

  #isServing(): boolean {
    return this.#status.state !== 'stopped' && this.#status.state !== 'failed'
  }

  async #listen({ directory, title }: ModelToServe, port: number, token: string | null): Promise<void> {
    try {
      const server = await serveModel({
        modelDirectory: directory,
        title,
        port,
        ...(token !== null && { token }),
        onRequest: () => this.#news.tell(),
      })
      this.#server = server
      this.#clock = setInterval(() => this.#news.tell(), figuresMs).unref()
      this.#change({ url: server.url })
      server.predictor.ready.then(
        () => this.#status.state === 'loading' && this.#change({ state: 'ready' }),
        (error: unknown) => {
          if (this.#status.state === 'loading') this.#stopping ??= this.#end({ state: 'failed', error: toLabErrorInfo(error) })
        },
      )
    } catch (error) {
      this.#change({ state: 'failed', error: toLabErrorInfo(error) })
      throw error
    }
  }

  async #end(after: Pick<ServedModelStatus, 'state'> & Partial<ServedModelStatus>): Promise<void> {
    this.#change({ state: 'stopping' })
    clearInterval(this.#clock)
    await this.#server?.close()
    this.#stopping = null
    this.#change({ ...after, url: null })
  }

  #change(change: Partial<ServedModelStatus>): void {
    this.#status = { ...this.#status, ...change }
    this.#news.tell()
  }
}

const alreadyServing = ({ model, url }: ServedModelStatus): LabError =>
  new LabError({
    code: 'TOO_BUSY',
    title: 'The lab serves a model already',
    cause: `${model?.title ?? 'Another model'} is served${url === null ? '' : ` at ${url}`}; the lab serves one at a time.`,
    suggestion: 'Stop it first, or serve the other one from a terminal with npm run serve-model.',
  })
