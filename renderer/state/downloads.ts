/** Downloads from the hub as the lab tells them; they go on while nobody looks. */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { Download } from '../../shared/domain/download.ts'
import { lab } from '../ipc/client.ts'
import { isConnectionLoss, toErrorInfo } from '../ipc/errors.ts'
import { useDatasets } from './datasets.ts'

interface DownloadsState {
  list: Download[]
  error: LabErrorInfo | null
  /** Hears of every change until `signal`. */
  watch(signal: AbortSignal): Promise<void>
  /** Starts, cancels, resumes …; what goes wrong is kept in `error`. */
  act(work: () => Promise<unknown>): Promise<void>
}

export const useDownloads = create<DownloadsState>((set, get) => ({
  list: [],
  error: null,
  watch: async (signal) => {
    try {
      for await (const list of await lab.downloads.watch(undefined, { signal })) {
        const done = (downloads: Download[]): number => downloads.filter(({ state }) => state === 'done').length
        const news = done(list) !== done(get().list)
        set({ list })
        if (news) await useDatasets.getState().refresh()
      }
    } catch (error) {
      if (!signal.aborted && !isConnectionLoss(error)) set({ error: toErrorInfo(error) })
    }
  },
  act: async (work) => {
    set({ error: null })
    try {
      await work()
    } catch (error) {
      set({ error: toErrorInfo(error) })
    }
  },
}))
