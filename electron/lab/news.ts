/** Something that changes and is watched: as it is now, then after changes, of which a slow reader gets the newest only. */
import { setTimeout as pause } from 'node:timers/promises'

const tellEveryMs = 250

export class News {
  #count = 0
  readonly #listeners = new Set<() => void>()

  /** It has changed. */
  tell(): void {
    this.#count++
    for (const hear of this.#listeners) hear()
  }

  /** What `read` gives, now and again after every change, at most four times a second, until `signal`. */
  async *follow<T>(read: () => T, signal?: AbortSignal): AsyncGenerator<T, void> {
    let seen = -1
    while (!signal?.aborted) {
      if (seen === this.#count) await this.next(signal)
      else {
        seen = this.#count
        yield read()
        await pause(tellEveryMs)
      }
    }
  }

  /** Resolves at the next change, or with `signal`. */
  next(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const hear = (): void => {
        this.#listeners.delete(hear)
        signal?.removeEventListener('abort', hear)
        resolve()
      }
      this.#listeners.add(hear)
      signal?.addEventListener('abort', hear)
    })
  }
}
