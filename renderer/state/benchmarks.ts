/** Benchmarks: the list as the lab's disk has it, those that are looked at, and the progress of the one that is going on. */
import { create } from 'zustand'
import type { BenchmarkProgress, BenchmarkSummary, BenchmarkView } from '../../shared/contract/benchmarks.ts'
import { lab } from '../ipc/client.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'

interface BenchmarksState {
  list: Remote<BenchmarkSummary[]>
  views: Record<string, Remote<BenchmarkView>>
  progress: Record<string, BenchmarkProgress>
  refresh(): Promise<void>
  /** Reads the benchmark and, while it goes on, follows it. */
  open(id: string): Promise<void>
  pause(id: string): Promise<void>
  resume(id: string): Promise<void>
  remove(id: string): Promise<void>
  addImported(id: string, runId: string): Promise<void>
}

const followed = new Set<string>()

export const useBenchmarks = create<BenchmarksState>((set, get) => {
  const read = (id: string): Promise<void> =>
    refresh(
      () => get().views[id] ?? unknown,
      (view) => set({ views: { ...get().views, [id]: view } }),
      () => lab.benchmarks.get({ id }),
    )

  const follow = async (id: string): Promise<void> => {
    if (followed.has(id)) return
    followed.add(id)
    try {
      let done: number | null = null
      for await (const progress of await lab.benchmarks.watch({ id })) {
        set({ progress: { ...get().progress, [id]: progress } })
        // A repetition has ended: there are new figures.
        if (done !== null && progress.done !== done) void read(id)
        done = progress.done
      }
    } catch {
      // The connection went, which the status bar says; whatever else fails, reading it again tells.
    } finally {
      followed.delete(id)
    }
    const progress = { ...get().progress }
    delete progress[id]
    set({ progress })
    await Promise.all([read(id), get().refresh()])
  }

  return {
    list: unknown,
    views: {},
    progress: {},
    refresh: () =>
      refresh(
        () => get().list,
        (list) => set({ list }),
        () => lab.benchmarks.list(),
      ),
    open: async (id) => {
      await read(id)
      if (get().views[id]?.value?.state === 'running') void follow(id)
    },
    pause: async (id) => {
      await lab.benchmarks.pause({ id })
      await read(id)
    },
    resume: async (id) => {
      await lab.benchmarks.resume({ id })
      await get().open(id)
    },
    remove: async (id) => {
      await lab.benchmarks.remove({ id })
      const views = { ...get().views }
      delete views[id]
      set({ views })
      await get().refresh()
    },
    addImported: async (id, runId) => {
      await lab.benchmarks.addImported({ id, runId })
      await read(id)
    },
  }
})
