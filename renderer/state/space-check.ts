/** Asking a deployed Space: where, and what came of it. */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { ModelChoice } from '../../shared/domain/prediction.ts'
import type { DeployedCheck } from '../../shared/domain/space.ts'
import { lab } from '../ipc/client.ts'
import { toErrorInfo } from '../ipc/errors.ts'

interface SpaceCheckState {
  /** Null: where the last push went. */
  url: string | null
  /** Whether answers are compared with those of the local model. */
  compares: boolean
  isAsking: boolean
  result: DeployedCheck | null
  error: LabErrorInfo | null
  set(draft: Partial<Pick<SpaceCheckState, 'url' | 'compares'>>): void
  check(url: string, model: ModelChoice | null, folderName: string | null): Promise<void>
  cancel(): void
}

export const useSpaceCheck = create<SpaceCheckState>((set) => {
  let abort: AbortController | null = null
  return {
    url: null,
    compares: true,
    isAsking: false,
    result: null,
    error: null,
    set: (draft) => set({ ...draft, result: null, error: null }),
    check: async (url, model, folderName) => {
      const mine = new AbortController()
      abort = mine
      set({ isAsking: true, result: null, error: null })
      try {
        set({ result: await lab.deploy.check({ url, model, folderName }, { signal: mine.signal }) })
      } catch (error) {
        if (!mine.signal.aborted) set({ error: toErrorInfo(error) })
      } finally {
        set({ isAsking: false })
      }
    },
    cancel: () => abort?.abort(),
  }
})
