/**
 * A rank's side of its talk with the supervisor: typed messages out, parsed ones in, all of one attempt. It carries words
 * and figures only; gradients go from rank to rank.
 */
import { DivergedError } from '../engine/diverged.ts'
import { toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { Fault } from '../../shared/domain/fault.ts'
import type { RankState } from '../../shared/domain/run.ts'
import { type RankMessage, supervisorEnvelopeSchema, type SupervisorMessage } from './protocol.ts'

type Awaited = Exclude<SupervisorMessage['type'], 'fault' | 'stop'>

export class RankChannel {
  readonly #attempt: string
  readonly #arrived = new Set<string>()
  readonly #waiting = new Map<string, () => void>()
  #stopRequested = false
  #step = 0
  /** Called with each fault that the person puts into this rank. */
  onFault: (fault: Fault) => void = () => undefined

  constructor(attempt: string) {
    this.#attempt = attempt
    process.on('message', (raw) => {
      const { attempt: theirs, message } = supervisorEnvelopeSchema.parse(raw)
      if (theirs === attempt) this.#hear(message)
    })
  }

  /** Whether this rank was asked to stop. It must not act on it alone: see `agreeToStop`. */
  get stopRequested(): boolean {
    return this.#stopRequested
  }

  send(message: RankMessage): void {
    if (message.type === 'step') this.#step = message.step
    // Without a supervisor there is nobody to tell; the heartbeat ends this process then.
    if (process.connected) process.send?.({ attempt: this.#attempt, message }, () => undefined)
  }

  state(state: RankState, activity: string): void {
    this.send({ type: 'state', state, activity })
  }

  /** Resolves when the supervisor has said `go`, or `save` for this step. Never, where it has given this attempt up. */
  permission(type: Awaited, step = 0): Promise<void> {
    const key = `${type} ${step}`
    if (this.#arrived.delete(key)) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.set(key, resolve))
  }

  /** Says that the rank is done, and returns when that is on its way. */
  async finished(reason: 'done' | 'stopped'): Promise<void> {
    await this.#sendLast({ type: 'finished', reason, step: this.#step })
  }

  async failed(error: unknown): Promise<void> {
    const fromElsewhere = error instanceof DivergedError && error.comesFromElsewhere
    await this.#sendLast({ type: 'failed', error: toLabErrorInfo(error), step: this.#step, fromElsewhere })
  }

  #hear(message: SupervisorMessage): void {
    if (message.type === 'stop') this.#stopRequested = true
    else if (message.type === 'fault') this.onFault(message.fault)
    else {
      const key = `${message.type} ${message.type === 'save' ? message.step : 0}`
      const resolve = this.#waiting.get(key)
      this.#waiting.delete(key)
      if (resolve) resolve()
      else this.#arrived.add(key)
    }
  }

  #sendLast(message: RankMessage): Promise<void> {
    return new Promise((resolve) => {
      if (process.connected && process.send !== undefined) process.send({ attempt: this.#attempt, message }, () => resolve())
      else resolve()
    })
  }
}
