/** The data sets that a run can learn from. */
import { create } from 'zustand'
import type { DatasetCard } from '../../shared/domain/dataset.ts'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { toErrorInfo } from '../ipc/errors.ts'
import { lab } from '../ipc/client.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'

interface DatasetsState {
  list: Remote<DatasetCard[]>
  removeError: { id: string; error: LabErrorInfo } | null
  refresh(): Promise<void>
  remove(datasetId: string): Promise<void>
}

export const useDatasets = create<DatasetsState>((set, get) => ({
  list: unknown,
  removeError: null,
  remove: async (datasetId) => {
    set({ removeError: null })
    try {
      await lab.datasets.remove({ datasetId })
    } catch (error) {
      set({ removeError: { id: datasetId, error: toErrorInfo(error) } })
    }
    await get().refresh()
  },
  refresh: () =>
    refresh(
      () => get().list,
      (list) => set({ list }),
      () => lab.datasets.list(),
    ),
}))
