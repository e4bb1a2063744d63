/** How far a download or an upload of several files is: bytes, rate over the last seconds, and the time that is left at this rate. */

export interface DownloadProgress {
  /** The file at hand. */
  path: string
  /** Over all files; what was there before counts. */
  receivedBytes: number
  totalBytes: number
  /** Null until a second was measured. */
  bytesPerSec: number | null
  etaMs: number | null
}

/** A file that is on its way. */
export interface SizedFile {
  path: string
  sizeBytes: number
}

const windowMs = 5_000
const tellEveryMs = 200

export class ProgressMeter {
  readonly #sizes: Map<string, number>
  readonly #received = new Map<string, number>()
  readonly #tell: (progress: DownloadProgress) => void
  /** By the clock, not by the bytes: a connection that stalls is seen to stall. */
  readonly #timer: NodeJS.Timeout
  /** Of the last seconds, oldest first. */
  #samples: { atMs: number; bytes: number }[] = []
  #path = ''

  /** To be ended. */
  constructor(facts: readonly SizedFile[], tell: (progress: DownloadProgress) => void = () => undefined) {
    this.#sizes = new Map(facts.map(({ path, sizeBytes }) => [path, sizeBytes]))
    this.#tell = tell
    this.#timer = setInterval(() => this.#tell(this.#progress()), tellEveryMs)
  }

  show({ path }: Pick<SizedFile, 'path'>, receivedBytes: number): void {
    // What lay on the disk was not received in this moment: the rate starts anew behind it.
    if (!this.#received.has(path)) this.#samples = []
    this.#path = path
    this.#received.set(path, receivedBytes)
  }

  /** Tells how far it came, all or not. */
  end(): void {
    clearInterval(this.#timer)
    this.#tell(this.#progress())
  }

  #progress(): DownloadProgress {
    const receivedBytes = sum(this.#received)
    const totalBytes = sum(this.#sizes)
    const nowMs = performance.now()
    this.#samples.push({ atMs: nowMs, bytes: receivedBytes })
    while (this.#samples.length > 2 && this.#samples[0]!.atMs < nowMs - windowMs) this.#samples.shift()
    const first = this.#samples[0]!
    const elapsedMs = nowMs - first.atMs
    const bytesPerSec = elapsedMs >= 1000 ? ((receivedBytes - first.bytes) / elapsedMs) * 1000 : null
    const etaMs = bytesPerSec !== null && bytesPerSec > 0 ? ((totalBytes - receivedBytes) / bytesPerSec) * 1000 : null
    return { path: this.#path, receivedBytes, totalBytes, bytesPerSec, etaMs }
  }
}

const sum = (values: ReadonlyMap<string, number>): number => [...values.values()].reduce((total, value) => total + value, 0)
