/**
 * One run from its first fork to its last exit, over all the restarts in between. It feeds the group machine with what the
 * ranks report and what persons ask for, carries out what the machine decides, and keeps the books. It knows nothing of
 * tensors; no process outlives it.
 */
import { type LabErrorInfo, toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { Fault } from '../../shared/domain/fault.ts'
import type { RunDetail, RunRecord, RunState } from '../../shared/domain/run.ts'
import type { RankMessage } from '../rank/protocol.ts'
import { AwakeClock } from './awake-clock.ts'
import { describeDeath, describeSilence, describeStall, type RankFailure } from './failure.ts'
import { type GroupAction, type GroupPhase, type GroupState, isOver, startGroup, transition } from './group-machine.ts'
import type { OwnEvent, RankEvent } from './group-machine.ts'
import { elasticNote, incidentOf } from './incident.ts'
import { ProgressWatch } from './progress-watch.ts'
import { RankGroup } from './rank-group.ts'
import type { RankProcessEvents } from './rank-process.ts'
import { enterReport } from './rank-reports.ts'
import { findResumePoint, type ResumePoint } from './resume-point.ts'
import { RunBooks, type RunBooksOptions } from './run-books.ts'
import type { RunHandle } from './run-handle.ts'

/** The record's state is 'starting', and it is on the disk. */
export interface SessionOptions extends Omit<RunBooksOptions, 'onError'> {
  cacheDirectory: string
  threadsPerRank: number
  /** Directory of the checkpoint to go on from, or null; and its step. */
  resumeFrom: string | null
  resumeStep: number
  shortestStepLimitMs: number
  /** Of the pretrained model that the run begins with, or null. */
  modelDirectory: string | null
  timesForward: boolean
}

const shownAs: Partial<Record<GroupPhase, RunState>> = {
  starting: 'starting',
  running: 'running',
  restarting: 'restarting',
  done: 'done',
  stopped: 'stopped',
  paused: 'paused',
  failed: 'failed',
}

const startingWords = (worldSize: number): string => (worldSize === 1 ? 'starting 1 rank' : `starting ${worldSize} ranks`)

export class RunSession implements RunHandle {
  readonly runId: string
  readonly runDirectory: string
  readonly events = { subscribe: (listener: Parameters<RunBooks['hub']['subscribe']>[0]) => this.#books.hub.subscribe(listener) }
  readonly finished: Promise<RunRecord>

  readonly #options: SessionOptions
  readonly #clock = new AwakeClock()
  readonly #books: RunBooks
  #group = new RankGroup()
  #machine: GroupState
  #progress: ProgressWatch
  #resume: { from: string | null; step: number }
  /** Step at which rank 0 waits for leave to save. */
  #saveAt: number | null = null
  #resolveFinished: (record: RunRecord) => void = () => undefined

  constructor(options: SessionOptions) {
    const { record, runDirectory } = options
    const { worldSize, maxRestarts, elastic } = record.config
    this.#options = options
    this.runId = record.id
    this.runDirectory = runDirectory
    this.#resume = { from: options.resumeFrom, step: options.resumeStep }
    this.#machine = startGroup({ attempt: record.attempt, worldSize, maxRestarts, elastic })
    this.#progress = new ProgressWatch(this.#clock.now(), options.shortestStepLimitMs)
    this.#books = new RunBooks({ ...options, onError: (error) => this.#failFromOutside(error) })
    this.#books.activity = startingWords(worldSize)
    this.finished = new Promise((resolve) => (this.#resolveFinished = resolve))
    this.#clock.onTick(() => this.#checkProgress())
  }

  /** Starts the ranks. Call once. Where it throws, the run is over, or ending, as failed. */
  async start(): Promise<void> {
    await this.#launch()
  }

  detail(): RunDetail {
    return this.#books.detail()
  }

  async stop(): Promise<RunRecord> {
    this.#ask('stop', 'stopping after this step')
    return this.finished
  }

  async pause(): Promise<RunRecord> {
    this.#ask('pause', 'pausing after this step')
    return this.finished
  }

  async kill(): Promise<RunRecord> {
    if (!isOver(this.#machine)) {
      if (!this.#machine.ending) this.#noteLoss('The run was ended by force')
      this.#books.update({ state: 'stopping' })
      this.#dispatch({ type: 'kill' })
    }
    return this.finished
  }

  injectFault(rank: number, fault: Fault): void {
    this.#group.injectFault(rank, fault)
  }

  #ask(intent: 'stop' | 'pause', activity: string): void {
    if (isOver(this.#machine)) return
    if (this.#machine.phase === 'draining') return this.#dispatch({ type: intent })
    this.#books.update({ state: 'stopping' })
    this.#books.activity = activity
    this.#dispatch({ type: intent })
  }

  /** Tells the machine, and does what it says. Events of ranks name the attempt they come from. */
  #dispatch(event: RankEvent | OwnEvent, attempt = this.#machine.attempt): void {
    const before = this.#machine
    const { state, actions } = transition(before, { ...event, attempt })
    this.#machine = state
    const shown = shownAs[state.phase]
    if (shown !== undefined && !isOver(state) && shown !== this.#books.record.state) this.#books.update({ state: shown })
    for (const action of actions) this.#perform(action, before)
    this.#books.hub.changed()
  }

  #perform(action: GroupAction, before: GroupState): void {
    switch (action.type) {
      case 'go':
        return this.#group.send({ type: 'go' })
      case 'askToStop':
        return this.#group.send({ type: 'stop' })
      case 'signal':
        return this.#group.signal(action.signal)
      case 'after': {
        const { attempt } = this.#machine
        return this.#clock.after(action.ms, () => this.#alarm(action.event, attempt))
      }
      case 'prepareRestart':
        return void this.#prepareRestart(before, action.backoffMs)
      case 'launch':
        return void this.#launch().catch(() => undefined)
      case 'conclude':
        return void this.#conclude()
    }
  }

  #alarm(event: OwnEvent['type'], attempt: number): void {
    const { ending, saving, failures } = this.#machine
    const late = { stoppedTooLong: 'The ranks did not stop in time', savingTooLong: 'The ranks did not finish saving in time' }
    const byForce = event === 'savingTooLong' || (event === 'stoppedTooLong' && !saving)
    if (attempt === this.#machine.attempt && byForce && !ending && failures.length === 0) this.#noteLoss(late[event])
    this.#dispatch({ type: event }, attempt)
  }

  async #launch(): Promise<void> {
    const { worldSize, attempt } = this.#machine
    const group = (this.#group = new RankGroup())
    const now = { record: this.#books.record, worldSize, resumeFrom: this.#resume.from, clock: this.#clock }
    try {
      await group.launch({ ...this.#options, ...now }, (rank) => this.#eventsOf(rank, attempt))
      for (const [rank, { pid }] of group.ranks.entries()) this.#books.table.of(rank).pid = pid
      this.#books.hub.changed()
    } catch (error) {
      this.#fail(0, 'reported', toLabErrorInfo(error), attempt)
      // Those that never came are as good as gone.
      for (let rank = group.ranks.length; rank < worldSize; rank++) this.#dispatch({ type: 'exited', rank }, attempt)
      throw error
    }
  }

  #eventsOf(rank: number, attempt: number): RankProcessEvents {
    return {
      message: (message) => attempt === this.#machine.attempt && this.#hear(rank, message),
      senseless: (what) =>
        this.#fail(rank, 'reported', toLabErrorInfo(new Error(`rank ${rank} said what is not in the protocol: ${what}`)), attempt),
      suspect: (isSuspect) => {
        if (attempt === this.#machine.attempt) this.#books.table.setSuspect(rank, isSuspect)
        this.#books.hub.changed()
      },
      silent: (silentMs) => {
        this.#fail(rank, 'silent', describeSilence(rank, this.#books.table.of(rank).step, silentMs), attempt)
        // A stopped process does not hear SIGTERM.
        this.#group.ranks[rank]?.kill('SIGKILL')
      },
      exited: ({ code, signal }) => this.#exited(rank, code, signal, attempt),
    }
  }

  #hear(rank: number, message: RankMessage): void {
    const { attempt, phase } = this.#machine
    if (message.type === 'failed') return this.#fail(rank, 'reported', message.error, attempt, message.fromElsewhere)
    const now = this.#clock.now()
    if (message.type === 'step') this.#progress.step(now, message.local.stepMs)
    else this.#progress.moved(now)
    if (message.type === 'saving') this.#saveAt = message.step
    const event = enterReport(this.#books, rank, message, phase === 'draining')
    if (event !== null) this.#dispatch(event)
    if (this.#saveAt !== null) void this.#permitSave()
    this.#books.hub.changed()
  }

  /** A checkpoint is never ahead of the history on the disk: what goes on from it continues a whole curve. */
  async #permitSave(): Promise<void> {
    const { attempt } = this.#machine
    const step = this.#saveAt
    if (step === null || Math.max(this.#books.lastStep, this.#resume.step) < step) return
    this.#saveAt = null
    if ((await this.#books.flushed()) && attempt === this.#machine.attempt) this.#group.ranks[0]?.send({ type: 'save', step })
  }

  #fail(rank: number, how: RankFailure['how'], error: LabErrorInfo, attempt: number, fromElsewhere = false): void {
    if (attempt !== this.#machine.attempt) return
    const failure: RankFailure = { rank, how, error, step: this.#books.table.of(rank).step, atMs: this.#clock.now(), fromElsewhere }
    const known = this.#machine.failures.length
    this.#dispatch({ type: 'failed', failure }, attempt)
    if (this.#machine.failures.length === known) return
    this.#books.table.addFailure(failure, this.#machine.failures)
    if (known === 0) this.#books.activity = 'a rank failed: ending the others'
  }

  /** The supervisor's own work failed (the disk is full): told as rank 0's, on whose behalf it records. */
  #failFromOutside(error: LabErrorInfo): void {
    if (this.#group.someAlive || this.#machine.phase === 'restarting') this.#fail(0, 'reported', error, this.#machine.attempt)
  }

  #checkProgress(): void {
    if (this.#machine.phase !== 'running') return
    const watched = this.#books.table.statuses.map(({ rank, state, step }) => ({
      rank,
      state,
      step,
      waitingIn: this.#group.ranks[rank]?.waitingIn ?? null,
    }))
    const stall = this.#progress.check(this.#clock.now(), watched)
    if (stall === null) return
    const { rank } = stall
    this.#fail(rank, 'stalled', describeStall(stall, this.#books.table.of(rank).step), this.#machine.attempt)
  }

  #exited(rank: number, code: number | null, signal: NodeJS.Signals | null, attempt: number): void {
    if (attempt !== this.#machine.attempt) return
    const { state, step, pid } = this.#books.table.of(rank)
    if (state !== 'done' && state !== 'failed' && state !== 'lost') {
      const { intent, ending, failures } = this.#machine
      if (ending) this.#books.table.of(rank).state = 'lost'
      // A terminal's Ctrl-C reaches every process; one that was just being born dies of it.
      else if (intent !== 'finish' && signal === 'SIGINT') {
        if (failures.length === 0) this.#noteLoss('The ranks were interrupted')
        this.#books.table.of(rank).state = 'lost'
        this.#dispatch({ type: 'savingTooLong' })
      } else this.#fail(rank, signal === null ? 'crashed' : 'killed', describeDeath({ rank, pid, step, code, signal }), attempt)
    }
    this.#dispatch({ type: 'exited', rank }, attempt)
  }

  /** All processes of the failed attempt are gone: what went wrong is written down, then the place to go on from is found. */
  async #prepareRestart({ failures, worldSize: earlierSize }: GroupState, backoffMs: number): Promise<void> {
    const { attempt, worldSize } = this.#machine
    this.#clock.clearAlarms()
    this.#books.activity = 'going back to the last checkpoint'
    try {
      const { first, error } = await this.#books.failed(failures)
      this.#books.table.setOthers('restarting')
      await this.#group.close()
      await this.#books.drained()
      const point = await findResumePoint(this.runDirectory, this.#books.record, true)
      if (this.#machine.phase !== 'restarting') return
      const { record } = this.#books
      this.#books.update({ incidents: [...record.incidents, incidentOf(record, first, error, point.step, worldSize)], attempt })
      for (const note of point.notes) this.#books.note(note)
      if (worldSize < earlierSize) this.#books.note(elasticNote(record, point.step, earlierSize, worldSize))
      this.#clock.after(backoffMs, () => this.#restart(point, attempt))
    } catch (thrown) {
      this.#fail(0, 'reported', toLabErrorInfo(thrown), attempt)
    }
  }

  #restart(point: ResumePoint, attempt: number): void {
    const { phase, worldSize } = this.#machine
    if (phase !== 'restarting') return
    this.#resume = { from: point.resumeFrom, step: point.step }
    this.#saveAt = null
    this.#progress = new ProgressWatch(this.#clock.now(), this.#options.shortestStepLimitMs)
    this.#books.activity = `${startingWords(worldSize)} again, from step ${point.step}`
    this.#books.goOnFrom(point, worldSize)
    this.#dispatch({ type: 'backedOff' }, attempt)
    this.#books.hub.startAnew()
  }

  async #conclude(): Promise<void> {
    const { phase, failures, worldSize } = this.#machine
    this.#clock.stop()
    const failed = failures.length === 0 ? null : await this.#books.failed(failures)
    if (phase === 'paused') this.#books.table.pause()
    const { record } = this.#books
    const waiting = phase === 'paused' && failed !== null ? [incidentOf(record, failed.first, failed.error, null, worldSize)] : []
    const incidents = [...record.incidents, ...waiting]
    const final = await this.#books.close({ state: shownAs[phase] ?? 'failed', error: failed?.error ?? null, incidents })
    await this.#group.close()
    this.#books.tellEnd()
    this.#resolveFinished(final)
  }

  #noteLoss(what: string): void {
    this.#books.note(`${what}: ${this.#books.hasModel ? 'the steps after the last checkpoint are lost.' : 'nothing was saved.'}`)
  }
}
