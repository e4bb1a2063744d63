/**
 * Puts a run's record, metrics and final ranks on the disk in the background, one write at a time, newest record only. The
 * course of a run never waits for the disk; a disk that fails is told once, through `onError`. After that, only record and
 * ranks are still tried: they say what has become of the run. A full disk has room for them, which was taken beforehand.
 */
import { type LabErrorInfo, toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { MetricsLine } from '../../shared/domain/metrics.ts'
import type { RankStatus, RunRecord } from '../../shared/domain/run.ts'
import { isDiskFull } from '../checkpoint/file-errors.ts'
import { appendMetrics, flushMetrics } from './metrics-file.ts'
import { releaseReserve, writeRanks, writeRecord } from './run-directory.ts'

export class RunWriter {
  readonly #runDirectory: string
  readonly #onError: (error: LabErrorInfo) => void
  #lines: MetricsLine[] = []
  #record: RunRecord | null = null
  #ranks: RankStatus[] | null = null
  #writing: Promise<void> | null = null
  #error: LabErrorInfo | null = null

  constructor(runDirectory: string, onError: (error: LabErrorInfo) => void) {
    this.#runDirectory = runDirectory
    this.#onError = onError
  }

  /** The first write that failed, if one did. */
  get error(): LabErrorInfo | null {
    return this.#error
  }

  metrics(line: MetricsLine): void {
    if (this.#error === null) this.#lines.push(line)
    this.#start()
  }

  record(record: RunRecord): void {
    this.#record = record
    this.#start()
  }

  ranks(ranks: RankStatus[]): void {
    this.#ranks = ranks
    this.#start()
  }

  /** Resolves when everything given so far is written, or given up. */
  async drained(): Promise<void> {
    while (this.#writing !== null) await this.#writing
  }

  /** The same, and flushed to the disk. Resolves with whether all of it is there. */
  async flushed(): Promise<boolean> {
    await this.drained()
    if (this.#error !== null) return false
    try {
      await flushMetrics(this.#runDirectory)
      return true
    } catch (error) {
      this.#tell(error)
      return false
    }
  }

  /** The first failure only. */
  #tell(error: unknown): void {
    if (this.#error !== null) return
    this.#error = toLabErrorInfo(error)
    this.#onError(this.#error)
  }

  #start(): void {
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = null))
  }

  async #writeAll(): Promise<void> {
    // What comes in the same turn of the event loop goes out in one write.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#lines.length > 0 || this.#record !== null || this.#ranks !== null) {
      const [lines, record, ranks] = [this.#lines, this.#record, this.#ranks]
      this.#lines = []
      this.#record = null
      this.#ranks = null
      // Not twice: half of the lines may be there.
      if (lines.length > 0) await appendMetrics(this.#runDirectory, lines).catch((error: unknown) => this.#tell(error))
      if (ranks !== null) await this.#write(() => writeRanks(this.#runDirectory, ranks))
      if (record !== null) await this.#write(() => writeRecord(this.#runDirectory, record))
    }
  }

  async #write(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      this.#tell(error)
      if (isDiskFull(error) && (await releaseReserve(this.#runDirectory))) await this.#write(write)
    }
  }
}
