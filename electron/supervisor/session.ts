/**
 * One start of one run, from the first fork to the last exit: starting → running → stopping → done | stopped | failed.
 * Owns the rank processes and the timers that make sure none outlives the run. It knows nothing of tensors; it counts,
 * records, tells, and ends.
 */
import { type LabErrorInfo, toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'
import { finalRunStates, type RunDetail, type RunRecord } from '../../shared/domain/run.ts'
import type { RankEnv } from '../rank/env.ts'
import type { RankMessage, RankMessageOf } from '../rank/protocol.ts'
import type { RankDevice } from './device-assignment.ts'
import { EventHub } from './event-hub.ts'
import { describeDeath, describeFirstCause, describeSilence, firstCause, type RankFailure } from './failure.ts'
import { RunLedger } from './ledger.ts'
import { lastLogLine, openLog } from './log-file.ts'
import { RankProcess } from './rank-process.ts'
import { RankTable } from './rank-table.ts'
import { createRendezvous, removeRendezvous } from './rendezvous.ts'
import { finalActivity } from './run-directory.ts'
import type { RunHandle } from './run-handle.ts'
import { RunWriter } from './run-writer.ts'

export interface SessionOptions {
  runDirectory: string
  cacheDirectory: string
  /** State 'starting', already on the disk. */
  record: RunRecord
  threadsPerRank: number
  /** One for each rank. */
  devices: readonly RankDevice[]
  /** Of earlier attempts. */
  steps: StepMetrics[]
  epochs: EpochMetrics[]
  hasModel: boolean
  /** Directory of the checkpoint to go on from, or null. */
  resumeFrom: string | null
  /** When the person asked for the run, on `performance.now()`'s clock. */
  askedAtMs: number
}

/** How long failing ranks are listened to before all are ended: their reports tell the first cause from its consequences. */
const collectMs = 300
const gracefulStopMs = 10_000
/** A stop that has come as far as saving may take this long: a large checkpoint on a slow disk. */
const savingStopMs = 120_000
const terminateMs = 2_000

export class RunSession implements RunHandle {
  readonly runId: string
  readonly runDirectory: string
  readonly events = { subscribe: (listener: Parameters<EventHub['subscribe']>[0]) => this.#hub.subscribe(listener) }
  readonly finished: Promise<RunRecord>

  readonly #options: SessionOptions
  readonly #hub = new EventHub(() => this.detail())
  readonly #writer: RunWriter
  readonly #table: RankTable
  readonly #ledger: RunLedger
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #failures: RankFailure[] = []
  #record: RunRecord
  readonly #ranks: RankProcess[] = []
  #rendezvous: string | null = null
  #activity: string
  #hasModel: boolean
  #finishedReasons: ('done' | 'stopped')[] = []
  #endingByForce = false
  #resolveFinished: (record: RunRecord) => void = () => undefined

  constructor(options: SessionOptions) {
    const { record, runDirectory } = options
    const { worldSize } = record.config
    this.#options = options
    this.runId = record.id
    this.runDirectory = runDirectory
    this.#record = record
    this.#hasModel = options.hasModel
    this.#activity = worldSize === 1 ? 'starting 1 rank' : `starting ${worldSize} ranks`
    this.#table = new RankTable(worldSize, record.config.device === 'cpu' ? options.devices[0]!.name : 'none used yet')
    this.#ledger = new RunLedger(worldSize, options.steps, options.epochs, options.askedAtMs)
    this.#writer = new RunWriter(runDirectory, (error) => this.#failFromOutside(error))
    this.finished = new Promise((resolve) => (this.#resolveFinished = resolve))
  }

  /** Starts the ranks. Call once. Where it throws, the run is over, recorded as failed. */
  async start(): Promise<void> {
    try {
      await this.#launchAll()
    } catch (error) {
      this.#failures.push({ rank: 0, how: 'reported', error: toLabErrorInfo(error), step: 0, atMs: performance.now() })
      if (this.#ranks.length === 0) await this.#finish()
      else this.#terminate()
      throw error
    }
  }

  detail(): RunDetail {
    return {
      record: this.#record,
      progress: this.#ledger.progress(this.#record, this.#activity),
      ranks: this.#table.copy(),
      steps: [...this.#ledger.steps],
      epochs: [...this.#ledger.epochs],
      hasModel: this.#hasModel,
    }
  }

  async stop(): Promise<RunRecord> {
    if (this.#record.state === 'starting' || this.#record.state === 'running') {
      this.#update({ state: 'stopping' })
      this.#activity = 'stopping after this step'
      for (const rank of this.#ranks) rank.send({ type: 'stop' })
      this.#after(gracefulStopMs, () => {
        if (this.#table.of(0).state === 'saving')
          this.#after(savingStopMs, () => this.#endByForce('The ranks did not finish saving in time'))
        else this.#endByForce('The ranks did not stop in time')
      })
    }
    return this.finished
  }

  async kill(): Promise<RunRecord> {
    if (!finalRunStates.includes(this.#record.state)) {
      this.#update({ state: 'stopping' })
      this.#endByForce('The run was ended by force')
      for (const rank of this.#ranks) rank.kill('SIGKILL')
    }
    return this.finished
  }

  async #launchAll(): Promise<void> {
    const { record, runDirectory, cacheDirectory, threadsPerRank: threads, devices, resumeFrom } = this.#options
    const { worldSize } = record.config
    const log = await openLog(runDirectory, `attempt ${record.attempt}, ${new Date().toISOString()}`)
    try {
      const rendezvousDirectory = await createRendezvous()
      this.#rendezvous = rendezvousDirectory
      const { id, config, attempt } = record
      const paths = { rendezvousDirectory, runDirectory, cacheDirectory, resumeFrom }
      const env = { runId: id, config, attempt: `${id}#${attempt}`, worldSize, threads, ...paths }
      for (const [rank, device] of devices.entries()) {
        this.#ranks.push(this.#launch({ ...env, rank, localRank: rank, deviceName: device.name }, device, log.fd))
      }
    } finally {
      await log.close()
    }
  }

  #launch(env: RankEnv, device: RankDevice, logDescriptor: number): RankProcess {
    const { rank } = env
    const launched = new RankProcess(env, device.variables, logDescriptor, {
      message: (message) => this.#hear(rank, message),
      senseless: (what) =>
        this.#fail(rank, 'reported', toLabErrorInfo(new Error(`rank ${rank} said something that is not in the protocol: ${what}`))),
      silent: (silentMs) => {
        this.#fail(rank, 'silent', describeSilence(rank, this.#table.of(rank).step, silentMs))
        // A stopped process does not hear SIGTERM.
        launched.kill('SIGKILL')
      },
      exited: ({ code, signal }) => this.#exited(rank, code, signal),
    })
    this.#table.of(rank).pid = launched.pid
    return launched
  }

  #hear(rank: number, message: RankMessage): void {
    const status = this.#table.of(rank)
    switch (message.type) {
      case 'hello':
      case 'device':
        status.device = message.device
        break
      case 'state':
        status.state = message.state
        if (rank === 0) this.#hearActivity(message)
        if (rank === 0 && message.state === 'training' && this.#record.state === 'starting') this.#update({ state: 'running' })
        break
      case 'prepared': {
        const { dataset, trainCount, validationCount, tokenizerDigest, modelConfig, parameterCount, totalSteps } = message
        const notes = [...this.#record.notes, ...message.notes.filter((note) => !this.#record.notes.includes(note))]
        this.#update({ dataset, trainCount, validationCount, tokenizerDigest, modelConfig, parameterCount, totalSteps, notes })
        break
      }
      case 'step': {
        this.#table.step(rank, message)
        const step = this.#ledger.addReport(message)
        if (step !== null) this.#tellStep(step)
        break
      }
      case 'epoch':
        this.#ledger.addEvaluation(message)
        this.#tellEpochs()
        break
      case 'saved':
        this.#hasModel = true
        break
      case 'finished':
        status.state = 'done'
        this.#finishedReasons.push(message.reason)
        // Whoever does not leave after its last word is helped out.
        if (this.#finishedReasons.length === this.#ranks.length) this.#after(terminateMs, () => this.#terminate())
        break
      case 'failed':
        this.#fail(rank, 'reported', message.error)
        break
    }
    this.#hub.changed()
  }

  /** Rank 0 speaks for the run, unless the run is ending: then only its saving is news. */
  #hearActivity({ state, activity }: RankMessageOf<'state'>): void {
    const ending = this.#endingByForce || this.#failures.length > 0 || this.#record.state === 'stopping'
    if (!ending || state === 'saving') this.#activity = activity
  }

  #tellStep(step: StepMetrics): void {
    this.#writer.metrics(step)
    this.#hub.step(step)
    if (this.#record.timeToFirstStepMs === null) this.#update({ timeToFirstStepMs: this.#ledger.attemptMs })
    this.#tellEpochs()
  }

  #tellEpochs(): void {
    for (const epoch of this.#ledger.takeEpochs()) {
      this.#writer.metrics(epoch)
      this.#hub.epoch(epoch)
    }
  }

  #fail(rank: number, how: RankFailure['how'], error: LabErrorInfo): void {
    if (this.#endingByForce && this.#failures.length === 0) return
    const status = this.#table.of(rank)
    status.state = how === 'reported' ? 'failed' : 'lost'
    status.error = error
    this.#failures.push({ rank, how, error, step: status.step, atMs: performance.now() })
    if (this.#failures.length === 1) {
      this.#activity = 'a rank failed: ending the others'
      this.#after(collectMs, () => this.#terminate())
    }
    this.#hub.changed()
  }

  /** The supervisor's own work failed (the disk is full): told as rank 0's, on whose behalf it records. */
  #failFromOutside(error: LabErrorInfo): void {
    if (this.#ranks.some((process) => process.alive)) this.#fail(0, 'reported', error)
  }

  #exited(rank: number, code: number | null, signal: NodeJS.Signals | null): void {
    const { state, step, pid } = this.#table.of(rank)
    if (state !== 'done' && state !== 'failed' && state !== 'lost') {
      // A terminal's Ctrl-C reaches every process; one that was just being born dies of it.
      if (this.#record.state === 'stopping' && signal === 'SIGINT') this.#endByForce('The ranks were interrupted')
      if (this.#endingByForce) this.#table.setState(rank, 'lost')
      else this.#fail(rank, signal === null ? 'crashed' : 'killed', describeDeath({ rank, pid, step, code, signal }))
    }
    this.#hub.changed()
    if (this.#ranks.every((process) => !process.alive)) void this.#finish()
  }

  #endByForce(note: string): void {
    if (this.#endingByForce) return
    const hint = this.#hasModel ? 'the steps after the last checkpoint are lost.' : 'nothing was saved.'
    this.#update({ notes: [...this.#record.notes, `${note}: ${hint}`] })
    this.#terminate()
  }

  #terminate(): void {
    if (this.#endingByForce) return
    this.#endingByForce = true
    for (const rank of this.#ranks) rank.kill('SIGTERM')
    this.#after(terminateMs, () => this.#ranks.forEach((rank) => rank.kill('SIGKILL')))
  }

  /** Everything is on the disk before anybody hears that the run is over. */
  async #finish(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#writer.drained()
    const outcome = await this.#outcome()
    let final: RunRecord = { ...this.#record, ...outcome, endedAt: new Date().toISOString(), supervisorPid: null }
    this.#writer.record(final)
    this.#writer.ranks(this.#table.copy())
    await this.#writer.drained()
    if (this.#writer.error !== null && final.state !== 'failed') {
      final = { ...final, state: 'failed', error: this.#writer.error }
      this.#writer.record(final)
      await this.#writer.drained()
    }
    if (this.#rendezvous !== null) await removeRendezvous(this.#rendezvous)
    this.#record = final
    this.#activity = finalActivity(final.state)
    this.#hub.record()
    this.#hub.flush()
    this.#resolveFinished(final)
  }

  async #outcome(): Promise<Pick<RunRecord, 'state' | 'error'>> {
    if (this.#failures.length === 0) {
      const done = this.#finishedReasons.length === this.#ranks.length && this.#finishedReasons.every((reason) => reason === 'done')
      return { state: done ? 'done' : 'stopped', error: null }
    }
    const first = firstCause(this.#failures)
    this.#table.fail(first, this.#failures)
    return { state: 'failed', error: describeFirstCause(first, this.#ranks.length, await lastLogLine(this.runDirectory)) }
  }

  #update(change: Partial<RunRecord>): void {
    this.#record = { ...this.#record, ...change }
    this.#writer.record(this.#record)
    this.#hub.record()
  }

  #after(ms: number, action: () => void): void {
    this.#timers.add(setTimeout(action, ms))
  }
}
