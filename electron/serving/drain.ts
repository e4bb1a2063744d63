/** Requests in flight, so that a server can stop without losing one. */
import type { ServerResponse } from 'node:http'

export class Drain {
  #isStopping = false
  #inFlight = 0
  #idle: (() => void) | null = null

  /** From then on nothing new is to be taken. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  /** A request was taken; it ends with its response, or with its connection. */
  begin(response: ServerResponse): void {
    this.#inFlight++
    response.once('close', () => {
      this.#inFlight--
      if (this.#inFlight === 0) this.#idle?.()
    })
  }

  /** Resolves when nothing is in flight, or after `atMostMs`. */
  async stop(atMostMs: number): Promise<void> {
    this.#isStopping = true
    if (this.#inFlight === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, atMostMs)
      this.#idle = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
