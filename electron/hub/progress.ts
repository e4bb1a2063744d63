/** How far a download of several files is: bytes, rate over the last seconds, and the time that is left at this rate. */
import type { FileFacts } from './api.ts'

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

const windowMs = 5_000
const tellEveryMs = 100

export class ProgressMeter {
  readonly #sizes: Map<string, number>
  readonly #received = new Map<string, number>()
  readonly #tell: ((progress: DownloadProgress) => void) | undefined
  /** Of the last seconds, oldest first. */
  #samples: { atMs: number; bytes: number }[] = []
  #toldAtMs = -Infinity
  #path = ''

  constructor(facts: readonly FileFacts[], tell?: (progress: DownloadProgress) => void) {
    this.#sizes = new Map(facts.map(({ path, sizeBytes }) => [path, sizeBytes]))
    this.#tell = tell
  }

  /** Tells at most ten times a second. */
  show({ path }: FileFacts, receivedBytes: number): void {
    const now = performance.now()
    // A file found on the disk, or begun before, was not received in this moment: the rate starts anew.
    if (!this.#received.has(path)) this.#samples = []
    this.#path = path
    this.#received.set(path, receivedBytes)
    if (now - this.#toldAtMs < tellEveryMs) return
    this.#toldAtMs = now
    this.#samples.push({ atMs: now, bytes: sum(this.#received) })
    while (this.#samples.length > 2 && this.#samples[0]!.atMs < now - windowMs) this.#samples.shift()
    this.#tell?.(this.#progress())
  }

  /** Tells the end, however short ago the last word was. */
  end(): void {
    this.#tell?.({ ...this.#progress(), etaMs: 0 })
  }

  #progress(): DownloadProgress {
    const receivedBytes = sum(this.#received)
    const totalBytes = sum(this.#sizes)
    const first = this.#samples[0]
    const elapsedMs = first ? this.#samples.at(-1)!.atMs - first.atMs : 0
    const bytesPerSec = first && elapsedMs >= 1000 ? ((this.#samples.at(-1)!.bytes - first.bytes) / elapsedMs) * 1000 : null
    const etaMs = bytesPerSec !== null && bytesPerSec > 0 ? ((totalBytes - receivedBytes) / bytesPerSec) * 1000 : null
    return { path: this.#path, receivedBytes, totalBytes, bytesPerSec, etaMs }
  }
}

const sum = (values: ReadonlyMap<string, number>): number => [...values.values()].reduce((total, value) => total + value, 0)
