/** The list of runs, newest first, as the lab's disk has it. What happens inside one run is `run-view.ts`. */
import { create } from 'zustand'
import { finalRunStates } from '../../shared/domain/run.ts'
import type { RunRecord, RunSummary } from '../../shared/domain/run.ts'
import { lab } from '../ipc/client.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'

interface RunsState {
  list: Remote<RunSummary[]>
  refresh(): Promise<void>
  remove(runId: string): Promise<void>
}

export const isActive = (record: Pick<RunRecord, 'state'>): boolean => !finalRunStates.includes(record.state)

export const useRuns = create<RunsState>((set, get) => ({
  list: unknown,
  refresh: () =>
    refresh(
      () => get().list,
      (list) => set({ list }),
      () => lab.runs.list(),
    ),
  remove: async (runId) => {
    await lab.runs.remove({ runId })
    await get().refresh()
  },
}))
