/**
 * One rank as the supervisor sees it: a forked Node process, its messages (parsed), its heartbeat, its end. Decides
 * nothing; tells the session, which does.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { Readable } from 'node:stream'
import { beats, type Collective, heartbeatDescriptor } from '../rank/heartbeat-pipe.ts'
import { type RankEnv, writeRankEnv } from '../rank/env.ts'
import { rankEnvelopeSchema, type RankMessage, type SupervisorMessage } from '../rank/protocol.ts'
import { entryFile } from '../paths.ts'
import type { AwakeClock } from './awake-clock.ts'

export interface RankProcessEvents {
  message(message: RankMessage): void
  /** It said something that is not in the protocol. */
  senseless(what: string): void
  /** No heartbeat for a while; or one again, after that. */
  suspect(isSuspect: boolean): void
  /** No heartbeat for too long: stopped, swapped out or hung in the kernel. */
  silent(silentMs: number): void
  /** It is gone. The last event. */
  exited(exit: { code: number | null; signal: NodeJS.Signals | null }): void
}

/** With the ticks in between it is said after two seconds, and after five. */
const suspectMs = 1_750
const silenceLimitMs = 4_750
/** Before the first beat the process has to load; a busy machine may take its time over it. */
const startLimitMs = 30_000

export class RankProcess {
  readonly #child: ChildProcess
  readonly #attempt: string
  #alive = true
  #watched = true
  #waitingIn: Collective | null = null

  /** `variables` choose the rank's device; `logDescriptor` receives what the process prints. */
  constructor(env: RankEnv, variables: Record<string, string>, logDescriptor: number, clock: AwakeClock, events: RankProcessEvents) {
    this.#attempt = env.attempt
    this.#child = fork(entryFile('rank'), {
      execArgv: [],
      // ONNX Runtime would report usage to its makers and leave files in the temporary directory.
      env: { ...process.env, ...variables, ...writeRankEnv(env), ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1' },
      stdio: ['ignore', logDescriptor, logDescriptor, 'ipc', 'pipe'],
      serialization: 'json',
    })
    this.#child.on('message', (raw) => {
      const parsed = rankEnvelopeSchema.safeParse(raw)
      if (!parsed.success) events.senseless(parsed.error.message)
      else if (parsed.data.attempt === env.attempt) events.message(parsed.data.message)
    })
    // A channel that breaks shows as the end of the process, below.
    this.#child.on('error', () => undefined)
    this.#child.once('exit', (code, signal) => {
      // Its last words may still be in the channel, which closes after them.
      if (this.#child.connected) this.#child.once('disconnect', () => this.#ended(events, code, signal))
      else this.#ended(events, code, signal)
    })
    if (this.#child.pid === undefined) this.#child.once('error', () => this.#ended(events, null, null))
    this.#watchHeartbeat(clock, events)
  }

  get pid(): number | null {
    return this.#child.pid ?? null
  }

  get alive(): boolean {
    return this.#alive
  }

  /** The collective in which it was waiting for other ranks at its last heartbeat. */
  get waitingIn(): Collective | null {
    return this.#waitingIn
  }

  send(message: SupervisorMessage): void {
    // A rank that cannot be told is ending; its exit will say why.
    if (this.#child.connected) this.#child.send({ attempt: this.#attempt, message }, () => undefined)
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#alive) this.#child.kill(signal)
  }

  #ended(events: RankProcessEvents, code: number | null, signal: NodeJS.Signals | null): void {
    if (!this.#alive) return
    this.#alive = false
    this.#watched = false
    events.exited({ code, signal })
  }

  #watchHeartbeat(clock: AwakeClock, events: RankProcessEvents): void {
    const startMs = clock.now()
    let lastBeatMs: number | null = null
    let isSuspect = false
    // Without descriptors to spare, Node makes no stdio at all.
    const stdio: ChildProcess['stdio'] | undefined = this.#child.stdio
    const pipe = stdio?.[heartbeatDescriptor] as Readable | null | undefined
    pipe?.on('data', (sent: Buffer) => {
      lastBeatMs = clock.now()
      const beat = beats[sent.at(-1) ?? 0]
      this.#waitingIn = beat === undefined || beat === 'busy' ? null : beat
    })
    pipe?.on('error', () => undefined)
    clock.onTick(() => {
      if (!this.#watched) return
      const silentMs = clock.now() - (lastBeatMs ?? startMs)
      if (lastBeatMs !== null && isSuspect !== silentMs > suspectMs) {
        isSuspect = !isSuspect
        events.suspect(isSuspect)
      }
      if (silentMs <= (lastBeatMs === null ? startLimitMs : silenceLimitMs)) return
      this.#watched = false
      events.silent(silentMs)
    })
  }
}
