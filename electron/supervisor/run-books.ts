/**
 * The books of a run that is going on: its record, what was measured, what is known of each rank. Whatever is entered goes
 * to the disk in the background and to those who watch. It decides nothing about the run.
 */
import { LabError, type LabErrorInfo } from '../../shared/contract/errors.ts'
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'
import type { RunDetail, RunRecord } from '../../shared/domain/run.ts'
import type { RankMessageOf } from '../rank/protocol.ts'
import type { RankDevice } from './device-assignment.ts'
import { EventHub } from './event-hub.ts'
import { describeFirstCause, firstCause, type RankFailure } from './failure.ts'
import { RunLedger } from './ledger.ts'
import { lastLogLine } from './log-file.ts'
import { RankTable } from './rank-table.ts'
import type { ResumePoint } from './resume-point.ts'
import { finalActivity, releaseReserve } from './run-directory.ts'
import { RunWriter } from './run-writer.ts'

export interface RunBooksOptions {
  runDirectory: string
  record: RunRecord
  /** One for each rank. */
  devices: readonly RankDevice[]
  /** Of earlier attempts. */
  steps: StepMetrics[]
  epochs: EpochMetrics[]
  hasModel: boolean
  /** When the person asked for the run, on `performance.now()`'s clock. */
  askedAtMs: number
  /** The disk failed. */
  onError: (error: LabErrorInfo) => void
}

export class RunBooks {
  readonly hub: EventHub
  readonly #writer: RunWriter
  readonly #ledger: RunLedger
  readonly #device: string
  readonly #runDirectory: string
  table: RankTable
  /** What is happening now, in words. */
  activity = ''
  hasModel: boolean
  #record: RunRecord

  constructor({ runDirectory, record, devices, steps, epochs, hasModel, askedAtMs, onError }: RunBooksOptions) {
    const { worldSize } = record.config
    this.#record = record
    this.#runDirectory = runDirectory
    this.hasModel = hasModel
    this.#device = record.config.device === 'cpu' ? devices[0]!.name : 'none used yet'
    this.table = new RankTable(worldSize, this.#device)
    this.#ledger = new RunLedger(worldSize, steps, epochs, askedAtMs)
    this.#writer = new RunWriter(runDirectory, onError)
    this.hub = new EventHub(() => this.detail())
  }

  get record(): RunRecord {
    return this.#record
  }

  /** The last step that all ranks have reported. */
  get lastStep(): number {
    return this.#ledger.lastStep
  }

  detail(): RunDetail {
    return {
      record: this.#record,
      progress: this.#ledger.progress(this.#record, this.activity),
      ranks: this.table.copy(),
      steps: [...this.#ledger.steps],
      epochs: [...this.#ledger.epochs],
      hasModel: this.hasModel,
    }
  }

  update(change: Partial<RunRecord>): void {
    this.#record = { ...this.#record, ...change }
    this.#writer.record(this.#record)
    this.hub.record()
  }

  /** Each note once. */
  note(text: string): void {
    if (!this.#record.notes.includes(text)) this.update({ notes: [...this.#record.notes, text] })
  }

  step(rank: number, report: RankMessageOf<'step'>): void {
    this.table.step(rank, report)
    const step = this.#ledger.addReport(report)
    if (step === null) return
    this.#writer.metrics(step)
    this.hub.step(step)
    if (this.#record.timeToFirstStepMs === null) this.update({ timeToFirstStepMs: this.#ledger.attemptMs })
    this.#tellEpochs()
  }

  epoch(evaluation: RankMessageOf<'epoch'>): void {
    this.#ledger.addEvaluation(evaluation)
    this.#tellEpochs()
  }

  /** Puts everything on the disk and flushes it. False where that failed; `onError` has heard why. */
  async flushed(): Promise<boolean> {
    return this.#writer.flushed()
  }

  /** Puts everything on the disk. Throws what the disk has ever said against it. */
  async drained(): Promise<void> {
    await this.#writer.drained()
    if (this.#writer.error !== null) throw new LabError(this.#writer.error)
  }

  /** What a failed attempt came to: each rank's part in it, and the first cause in words. */
  async failed(failures: readonly RankFailure[]): Promise<{ first: RankFailure; error: LabErrorInfo }> {
    const first = firstCause(failures)
    this.table.fail(first, failures)
    this.hub.changed()
    return { first, error: describeFirstCause(first, this.table.statuses.length, await lastLogLine(this.#runDirectory), failures) }
  }

  /** A new attempt goes on from `point`: the ranks are new, and what was measured since is forgotten. */
  goOnFrom(point: ResumePoint, worldSize: number): void {
    this.table = new RankTable(worldSize, this.#device)
    this.#ledger.goOnFrom(worldSize, point.steps, point.epochs)
  }

  /** Everything is on the disk before anybody hears that the run is over. Returns the final record. */
  async close(outcome: Pick<RunRecord, 'state' | 'error' | 'incidents'>): Promise<RunRecord> {
    await this.#writer.drained()
    let final: RunRecord = { ...this.#record, ...outcome, endedAt: new Date().toISOString(), supervisorPid: null }
    this.#writer.record(final)
    this.#writer.ranks(this.table.copy())
    await this.#writer.drained()
    const { error } = this.#writer
    if (error !== null && final.error === null) {
      final = { ...final, state: error.code === 'DISK_FULL' ? 'paused' : 'failed', error }
      this.#writer.record(final)
      await this.#writer.drained()
    }
    await releaseReserve(this.#runDirectory)
    this.#record = final
    this.activity = finalActivity(final.state)
    return final
  }

  /** Tells those who watch that the run is over. */
  tellEnd(): void {
    this.hub.record()
    this.hub.flush()
  }

  #tellEpochs(): void {
    for (const epoch of this.#ledger.takeEpochs()) {
      this.#writer.metrics(epoch)
      this.hub.epoch(epoch)
    }
  }
}
