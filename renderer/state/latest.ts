/**
 * One question at a time, the newest: a later one, or `cancel`, takes back what is waiting or under way, and its answer
 * never arrives.
 */
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { isConnectionLoss, toErrorInfo } from '../ipc/errors.ts'

export interface Latest {
  /** Starts `work` after `pauseMs`, unless something newer comes. Exactly one of the two callbacks is called, or none. */
  ask<T>(
    pauseMs: number,
    work: (signal: AbortSignal) => Promise<T>,
    onAnswer: (answer: T) => void,
    onError: (error: LabErrorInfo | null) => void,
  ): void
  cancel(): void
}

/** `onError` hears null where the connection is gone: the status bar says so. */
export function latest(): Latest {
  let controller: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const cancel = (): void => {
    clearTimeout(timer)
    controller?.abort()
    controller = null
  }
  return {
    cancel,
    ask: (pauseMs, work, onAnswer, onError) => {
      cancel()
      const { signal } = (controller = new AbortController())
      timer = setTimeout(() => {
        work(signal).then(
          (answer) => !signal.aborted && onAnswer(answer),
          (error: unknown) => !signal.aborted && onError(isConnectionLoss(error) ? null : toErrorInfo(error)),
        )
      }, pauseMs)
    },
  }
}
