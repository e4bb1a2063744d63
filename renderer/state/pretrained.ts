/** The pretrained models of the lab: folders that were opened, and what was downloaded from the hub. */
import { create } from 'zustand'
import type { PretrainedModel } from '../../shared/domain/model-report.ts'
import type { ModelSource } from '../../shared/domain/run-config.ts'
import { lab } from '../ipc/client.ts'
import { useModels } from './models.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'

interface PretrainedState {
  list: Remote<PretrainedModel[]>
  refresh(): Promise<void>
  /** The three throw what the lab says. */
  openFolder(path: string): Promise<void>
  download(id: string, revision: string): Promise<void>
  forget(id: string): Promise<void>
}

export const usePretrained = create<PretrainedState>((set, get) => {
  const changed = async (): Promise<void> => {
    await Promise.all([get().refresh(), useModels.getState().refreshTrained()])
  }
  return {
    list: unknown,
    refresh: () =>
      refresh(
        () => get().list,
        (list) => set({ list }),
        () => lab.models.pretrained(),
      ),
    openFolder: async (path) => {
      await lab.models.openFolder({ path })
      await changed()
    },
    download: async (id, revision) => {
      await lab.models.download({ id, revision })
    },
    forget: async (id) => {
      await lab.models.forget({ id })
      await changed()
    },
  }
})

export const sameSource = (a: ModelSource, b: ModelSource): boolean =>
  a.kind === 'folder' ? b.kind === 'folder' && a.path === b.path : b.kind === 'hub' && a.id === b.id && a.revision === b.revision
