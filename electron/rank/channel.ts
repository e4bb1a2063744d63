/**
 * A rank's side of its talk with the supervisor: typed messages out, parsed ones in. It carries words and figures only;
 * gradients go from rank to rank.
 */
import { toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { RankState } from '../../shared/domain/run.ts'
import { type RankMessage, supervisorMessageSchema } from './protocol.ts'

export class RankChannel {
  #stopRequested = false
  #step = 0

  constructor() {
    process.on('message', (raw) => {
      if (supervisorMessageSchema.parse(raw).type === 'stop') this.#stopRequested = true
    })
  }

  /** Whether this rank was asked to stop. It must not act on it alone: see `agreeToStop`. */
  get stopRequested(): boolean {
    return this.#stopRequested
  }

  send(message: RankMessage): void {
    if (message.type === 'step') this.#step = message.step
    // Without a supervisor there is nobody to tell; the heartbeat ends this process then.
    if (process.connected) process.send?.(message, () => undefined)
  }

  state(state: RankState, activity: string): void {
    this.send({ type: 'state', state, activity })
  }

  /** Says that the rank is done, and returns when that is on its way. */
  async finished(reason: 'done' | 'stopped'): Promise<void> {
    await this.#sendLast({ type: 'finished', reason, step: this.#step })
  }

  async failed(error: unknown): Promise<void> {
    await this.#sendLast({ type: 'failed', error: toLabErrorInfo(error), step: this.#step })
  }

  #sendLast(message: RankMessage): Promise<void> {
    return new Promise((resolve) => {
      if (process.connected && process.send !== undefined) process.send(message, () => resolve())
      else resolve()
    })
  }
}
