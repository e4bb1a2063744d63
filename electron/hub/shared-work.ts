/** Work that several callers want at once is done once; it is given up when the last of them has given up. */
interface Task {
  promise: Promise<void>
  controller: AbortController
  callers: number
  tells: Set<(amount: number) => void>
}

export class SharedWork<Key> {
  readonly #tasks = new Map<Key, Task>()

  /** Starts `work` for `key`, or joins it. Rejects with what it throws, or with the reason of `signal`, whichever is first. */
  async join(
    key: Key,
    work: (signal: AbortSignal, tell: (amount: number) => void) => Promise<void>,
    { signal, onProgress }: { signal: AbortSignal | undefined; onProgress: (amount: number) => void },
  ): Promise<void> {
    signal?.throwIfAborted()
    const task = this.#tasks.get(key) ?? this.#start(key, work)
    task.callers++
    task.tells.add(onProgress)
    let leave = (): void => undefined
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal!.reason as Error)
      signal?.addEventListener('abort', leave)
    })
    try {
      await Promise.race([task.promise, left])
    } catch (error) {
      if (signal?.aborted && --task.callers === 0) {
        // Whoever comes now starts anew, behind the end of this one.
        task.controller.abort(signal.reason)
        await task.promise.catch(() => undefined)
      }
      throw error
    } finally {
      signal?.removeEventListener('abort', leave)
      task.tells.delete(onProgress)
    }
  }

  #start(key: Key, work: (signal: AbortSignal, tell: (amount: number) => void) => Promise<void>): Task {
    const controller = new AbortController()
    const tells: Task['tells'] = new Set()
    const promise = work(controller.signal, (amount) => tells.forEach((tell) => tell(amount))).finally(() => {
      if (this.#tasks.get(key) === task) this.#tasks.delete(key)
    })
    const task: Task = { promise, controller, callers: 0, tells }
    promise.catch(() => undefined) // Each caller hears it.
    this.#tasks.set(key, task)
    controller.signal.addEventListener('abort', () => this.#tasks.delete(key))
    return task
  }
}
