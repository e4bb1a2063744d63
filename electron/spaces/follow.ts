/** Long work as a stream: what it tells, of several tellings only the newest, then its result. Who stops reading it ends it. */
export type Followed<Progress, Result> = { type: 'progress'; progress: Progress } | { type: 'done'; result: Result }

export async function* follow<Progress, Result>(
  work: (tell: (progress: Progress) => void, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Followed<Progress, Result>, void> {
  const controller = new AbortController()
  const abort = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  let newest: { progress: Progress } | null = null
  let wake = (): void => undefined
  const tell = (progress: Progress): void => {
    newest = { progress }
    wake()
  }
  let isOver = false
  const ended = work(tell, controller.signal).finally(() => {
    isOver = true
    wake()
  })
  ended.catch(() => undefined) // Thrown below, to who reads.
  const take = (): { progress: Progress } | null => {
    const taken = newest
    newest = null
    return taken
  }
  try {
    for (;;) {
      const told = take()
      if (told) yield { type: 'progress', ...told }
      else if (isOver) break
      else await new Promise<void>((resolve) => (wake = resolve))
    }
    yield { type: 'done', result: await ended }
  } finally {
    controller.abort()
    signal?.removeEventListener('abort', abort)
    await ended.catch(() => undefined)
  }
}
