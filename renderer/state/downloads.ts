/** Downloads from the hub, as the lab tells of them: how far each one is. */
import { create } from 'zustand'
import type { Download } from '../../shared/domain/download.ts'
import { lab } from '../ipc/client.ts'
import { usePretrained } from './pretrained.ts'

interface DownloadsState {
  /** Newest first. */
  list: Download[]
}

export const useDownloads = create<DownloadsState>(() => ({ list: [] }))

/** Listens for as long as the connection lasts; to be called again for the next one. */
export async function followDownloads(): Promise<void> {
  try {
    for await (const list of await lab.downloads.watch()) {
      const before = useDownloads.getState().list
      useDownloads.setState({ list })
      const isNew = ({ id, state }: Download): boolean => state === 'done' && before.some((one) => one.id === id && one.state !== 'done')
      if (list.some(isNew)) void usePretrained.getState().refresh()
    }
  } catch {
    // The connection is lost, which the status bar says; the next one asks anew.
  }
}
