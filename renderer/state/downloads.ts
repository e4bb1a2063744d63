/** Downloads from the hub as the lab tells them; they go on while nobody looks. */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { Download } from '../../shared/domain/download.ts'
import { lab } from '../ipc/client.ts'
import { toErrorInfo } from '../ipc/errors.ts'
import { useDatasets } from './datasets.ts'
import { usePretrained } from './pretrained.ts'

interface DownloadsState {
  /** Newest first. */
  list: Download[]
  error: LabErrorInfo | null
  /** Starts, cancels, resumes …; what goes wrong is kept in `error`. */
  act(work: () => Promise<unknown>): Promise<void>
}

export const useDownloads = create<DownloadsState>((set) => ({
  list: [],
  error: null,
  act: async (work) => {
    set({ error: null })
    try {
      await work()
    } catch (error) {
      set({ error: toErrorInfo(error) })
    }
  },
}))

/** Listens for as long as the connection lasts; to be called again for the next one. */
export async function followDownloads(): Promise<void> {
  try {
    for await (const list of await lab.downloads.watch()) {
      const before = useDownloads.getState().list
      useDownloads.setState({ list })
      const isNew = ({ id, state }: Download): boolean => state === 'done' && before.some((one) => one.id === id && one.state !== 'done')
      if (list.some(isNew)) await Promise.all([useDatasets.getState().refresh(), usePretrained.getState().refresh()])
    }
  } catch {
    // The connection is lost, which the status bar says; the next one asks anew.
  }
}
