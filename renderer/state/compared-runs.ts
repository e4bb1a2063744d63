/** What can be drawn of the runs that are compared, read once for each; a run that goes on is followed by `run-view.ts`. */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { curvesOf, joinedCurves } from '../../shared/domain/run-curves.ts'
import type { RunCurves } from '../../shared/domain/run-curves.ts'
import { lab } from '../ipc/client.ts'
import { isConnectionLoss, toErrorInfo } from '../ipc/errors.ts'
import { useRunViews } from './run-view.ts'
import type { RunView } from './run-view.ts'
import { isActive } from './runs.ts'

interface ComparedRunsState {
  curves: Record<string, RunCurves>
  errors: Record<string, LabErrorInfo>
  /** Reads the run anew, and follows it while it is active. */
  read(runId: string): Promise<void>
}

/** One after the other: each may be many megabytes, and the first can be looked at while the next is read. */
let queue: Promise<void> = Promise.resolve()
const waiting = new Set<string>()

export const useComparedRuns = create<ComparedRunsState>((set, get) => ({
  curves: {},
  errors: {},
  read: (runId) => {
    if (waiting.has(runId)) return queue
    waiting.add(runId)
    queue = queue.then(async () => {
      const errors = { ...get().errors }
      const curves = { ...get().curves }
      try {
        curves[runId] = await lab.runs.curves({ runId })
        delete errors[runId]
        if (isActive(curves[runId].record)) void useRunViews.getState().open(runId)
      } catch (error) {
        if (isConnectionLoss(error)) return
        delete curves[runId]
        errors[runId] = toErrorInfo(error)
      } finally {
        waiting.delete(runId)
      }
      set({ curves, errors })
    })
    return queue
  },
}))

/** A run that goes on is what its view says, and what was read of the time that the view has forgotten. */
useRunViews.subscribe(({ views }, before) => {
  const { curves } = useComparedRuns.getState()
  const moved = Object.entries(curves).flatMap(([id, held]): [string, RunCurves][] => {
    const view = views[id]
    if (!view || !(isActive(view.record) || isActive(held.record)) || isSame(view, before.views[id])) return []
    return [[id, joinedCurves(held, curvesOf({ record: view.record, steps: view.metrics.toArray(), epochs: view.epochs }))]]
  })
  if (moved.length > 0) useComparedRuns.setState({ curves: { ...curves, ...Object.fromEntries(moved) } })
})

const isSame = (now: RunView, before: RunView | undefined): boolean =>
  now.metricsVersion === before?.metricsVersion && now.record === before.record && now.epochs.length === before.epochs.length
