/**
 * One rank as the supervisor sees it: a forked Node process, its messages (parsed), its heartbeat, its end. Decides
 * nothing; tells the session, which does.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { Readable } from 'node:stream'
import { heartbeatDescriptor } from '../rank/heartbeat-pipe.ts'
import { type RankEnv, writeRankEnv } from '../rank/env.ts'
import { type RankMessage, rankMessageSchema, type SupervisorMessage } from '../rank/protocol.ts'
import { entryFile } from '../paths.ts'

export interface RankProcessEvents {
  message(message: RankMessage): void
  /** It said something that is not in the protocol. */
  senseless(what: string): void
  /** No heartbeat for too long: stopped, swapped out or hung in the kernel. */
  silent(silentMs: number): void
  /** It is gone. The last event. */
  exited(exit: { code: number | null; signal: NodeJS.Signals | null }): void
}

const silenceLimitMs = 5_000
/** Before the first beat the process has to load; a busy machine may take its time over it. */
const startLimitMs = 30_000
const checkIntervalMs = 500

export class RankProcess {
  readonly #child: ChildProcess
  #checkTimer: NodeJS.Timeout | null = null
  #alive = true

  /** `variables` choose the rank's device; `logDescriptor` receives what the process prints. */
  constructor(env: RankEnv, variables: Record<string, string>, logDescriptor: number, events: RankProcessEvents) {
    this.#child = fork(entryFile('rank'), {
      execArgv: [],
      // ONNX Runtime would report usage to its makers and leave files in the temporary directory.
      env: { ...process.env, ...variables, ...writeRankEnv(env), ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1' },
      stdio: ['ignore', logDescriptor, logDescriptor, 'ipc', 'pipe'],
      serialization: 'json',
    })
    this.#child.on('message', (raw) => {
      const parsed = rankMessageSchema.safeParse(raw)
      if (parsed.success) events.message(parsed.data)
      else events.senseless(parsed.error.message)
    })
    // A channel that breaks shows as the end of the process, below.
    this.#child.on('error', () => undefined)
    this.#child.once('exit', (code, signal) => {
      // Its last words may still be in the channel, which closes after them.
      if (this.#child.connected) this.#child.once('disconnect', () => this.#ended(events, code, signal))
      else this.#ended(events, code, signal)
    })
    if (this.#child.pid === undefined) this.#child.once('error', () => this.#ended(events, null, null))
    this.#watchHeartbeat(events)
  }

  get pid(): number | null {
    return this.#child.pid ?? null
  }

  get alive(): boolean {
    return this.#alive
  }

  send(message: SupervisorMessage): void {
    // A rank that cannot be told is ending; its exit will say why.
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#alive) this.#child.kill(signal)
  }

  #ended(events: RankProcessEvents, code: number | null, signal: NodeJS.Signals | null): void {
    if (!this.#alive) return
    this.#alive = false
    if (this.#checkTimer !== null) clearInterval(this.#checkTimer)
    events.exited({ code, signal })
  }

  #watchHeartbeat(events: RankProcessEvents): void {
    let lastBeat: number | null = null
    const start = performance.now()
    // Without descriptors to spare, Node makes no stdio at all.
    const stdio: ChildProcess['stdio'] | undefined = this.#child.stdio
    const pipe = stdio?.[heartbeatDescriptor] as Readable | null | undefined
    pipe?.on('data', () => (lastBeat = performance.now()))
    pipe?.on('error', () => undefined)
    let lastCheck = start
    this.#checkTimer = setInterval(() => {
      const now = performance.now()
      const wasAsleep = now - lastCheck > 2 * checkIntervalMs
      lastCheck = now
      // The machine or this process slept: the beats of that time are still in the pipe. Count anew.
      if (wasAsleep) {
        if (lastBeat !== null) lastBeat = now
        return
      }
      const silentMs = now - (lastBeat ?? start)
      if (silentMs <= (lastBeat === null ? startLimitMs : silenceLimitMs)) return
      if (this.#checkTimer !== null) clearInterval(this.#checkTimer)
      events.silent(silentMs)
    }, checkIntervalMs)
  }
}
