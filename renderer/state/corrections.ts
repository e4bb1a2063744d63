/** Answers that a person found wrong, kept in the lab. */
import { create } from 'zustand'
import type { Correction } from '../../shared/domain/correction.ts'
import type { DatasetCard } from '../../shared/domain/dataset.ts'
import { lab } from '../ipc/client.ts'
import { useDatasets } from './datasets.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'

interface CorrectionsState {
  list: Remote<Correction[]>
  refresh(): Promise<void>
  /** The three throw what the lab throws. */
  add(correction: Omit<Correction, 'id' | 'createdAt'>): Promise<void>
  remove(id: string): Promise<void>
  makeDataset(): Promise<DatasetCard>
}

export const useCorrections = create<CorrectionsState>((set, get) => ({
  list: unknown,
  refresh: () =>
    refresh(
      () => get().list,
      (list) => set({ list }),
      () => lab.corrections.list(),
    ),
  add: async (correction) => {
    await lab.corrections.add(correction)
    await get().refresh()
  },
  remove: async (id) => {
    await lab.corrections.remove({ id })
    await get().refresh()
  },
  makeDataset: async () => {
    const card = await lab.corrections.makeDataset()
    await useDatasets.getState().refresh()
    return card
  },
}))
