/** The data sets that a run can learn from. */
import { create } from 'zustand'
import type { DatasetCard } from '../../shared/domain/dataset.ts'
import { lab } from '../ipc/client.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'

interface DatasetsState {
  list: Remote<DatasetCard[]>
  refresh(): Promise<void>
}

export const useDatasets = create<DatasetsState>((set, get) => ({
  list: unknown,
  refresh: () =>
    refresh(
      () => get().list,
      (list) => set({ list }),
      () => lab.datasets.list(),
    ),
}))
