/**
 * A value that lives in the lab and is shown here: what was last heard, whether it is being asked for, and what
 * went wrong the last time. A failed refresh keeps the old value.
 */
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { isConnectionLoss, toErrorInfo } from '../ipc/errors.ts'

export interface Remote<T> {
  value: T | null
  error: LabErrorInfo | null
  loading: boolean
}

export const unknown: Remote<never> = { value: null, error: null, loading: false }

/** Runs `ask` and passes every stage to `set`. The loss of the connection is told by the status bar, not by each value. */
export async function refresh<T>(get: () => Remote<T>, set: (remote: Remote<T>) => void, ask: () => Promise<T>): Promise<void> {
  set({ ...get(), loading: true })
  try {
    set({ value: await ask(), error: null, loading: false })
  } catch (error) {
    set({ value: get().value, error: isConnectionLoss(error) ? null : toErrorInfo(error), loading: false })
  }
}
