/**
 * A run's events as a stream: the snapshot, then deltas, until the run has ended or nobody reads any more. A reader that
 * is slower than the run gets what it missed joined into one delta, so that memory stays bounded by what is new. A run
 * that another process trains (the command line) is followed through its files.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunDetail, RunEvent } from '../../shared/domain/run.ts'
import { finalRunStates } from '../../shared/domain/run.ts'
import type { RunHandle } from '../supervisor/run-handle.ts'

type RunDelta = Extract<RunEvent, { type: 'delta' }>

/** Ends when the run does, or at `signal`. */
export async function* followRun(handle: Pick<RunHandle, 'events' | 'finished'>, signal?: AbortSignal): AsyncGenerator<RunEvent, void> {
  const pending: RunEvent[] = []
  let ended = false
  let wake = (): void => undefined
  const unsubscribe = handle.events.subscribe((event) => {
    const last = pending.at(-1)
    if (last?.type === 'delta' && event.type === 'delta') pending[pending.length - 1] = joined(last, event)
    else pending.push(event)
    wake()
  })
  const end = (): void => {
    ended = true
    wake()
  }
  signal?.addEventListener('abort', end)
  // The last delta is told before `finished` resolves; `finished` never rejects.
  void handle.finished.then(end)
  try {
    while (!signal?.aborted) {
      const event = pending.shift()
      if (event) yield event
      else if (ended) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    unsubscribe()
    signal?.removeEventListener('abort', end)
  }
}

const pollMs = 1000

/** Snapshots, one a second, until the run that `read` reads is over; one only where it is over already. */
export async function* pollRun(read: () => Promise<RunDetail>, signal?: AbortSignal): AsyncGenerator<RunEvent, void> {
  for (;;) {
    const detail = await read()
    yield { type: 'snapshot', detail }
    if (finalRunStates.includes(detail.record.state) || signal?.aborted) return
    await sleep(pollMs)
  }
}

/** Two deltas as one that says the same: what is new is added up, what is a state is the later one. */
function joined(earlier: RunDelta, later: RunDelta): RunDelta {
  const steps = [...earlier.steps, ...later.steps]
  const epochs = [...earlier.epochs, ...later.epochs]
  return { ...earlier, ...later, steps, epochs }
}
