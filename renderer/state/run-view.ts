/**
 * The runs that the window looks at, live or finished, each with its metric buffer. A live run is followed by
 * `runs.watch` (one stream for a run, whoever looks); a finished one is read from disk by `runs.get`.
 */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { EpochMetrics } from '../../shared/domain/metrics.ts'
import type { Fault } from '../../shared/domain/fault.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import type { RankStatus, RunDetail, RunEvent, RunProgress, RunRecord } from '../../shared/domain/run.ts'
import { lab } from '../ipc/client.ts'
import { isConnectionLoss, toErrorInfo } from '../ipc/errors.ts'
import { MetricBuffer } from './metric-buffer.ts'
import { useModels } from './models.ts'
import { isActive, useRuns } from './runs.ts'

export interface RunView {
  record: RunRecord
  progress: RunProgress
  ranks: RankStatus[]
  epochs: EpochMetrics[]
  hasModel: boolean
  metrics: MetricBuffer
  /** Another number means other points in `metrics`. Raised at most four times a second: charts cost time that ranks need. */
  metricsVersion: number
}

interface RunViewsState {
  views: Record<string, RunView>
  errors: Record<string, LabErrorInfo>
  /** Makes sure that the run is shown and, while it is active, followed. */
  open(runId: string): Promise<void>
  stop(runId: string): Promise<void>
  /** Saves, and ends the processes; `resume` goes on. */
  pause(runId: string): Promise<void>
  resume(runId: string): Promise<void>
  /** A new run; gives its id. */
  startRun(config: RunConfig): Promise<string>
  injectFault(runId: string, rank: number, fault: Fault): Promise<void>
  forget(runId: string): void
}

const chartIntervalMs = 250
const followed = new Set<string>()

export const useRunViews = create<RunViewsState>((set, get) => {
  const put = (runId: string, change: Partial<RunView>): void => {
    const view = get().views[runId]
    if (view) set({ views: { ...get().views, [runId]: { ...view, ...change } } })
  }

  const fail = (runId: string, error: unknown): void => {
    if (!isConnectionLoss(error)) set({ errors: { ...get().errors, [runId]: toErrorInfo(error) } })
  }

  const replace = (detail: RunDetail): void => {
    const { steps, ...rest } = detail
    const runId = detail.record.id
    const before = get().views[runId]
    const metrics = before?.metrics ?? new MetricBuffer()
    metrics.clear()
    metrics.push(steps)
    const errors = { ...get().errors }
    delete errors[runId]
    set({ views: { ...get().views, [runId]: { ...rest, metrics, metricsVersion: (before?.metricsVersion ?? 0) + 1 } }, errors })
  }

  const pendingCharts = new Map<string, ReturnType<typeof setTimeout>>()
  const redrawCharts = (runId: string): void => {
    clearTimeout(pendingCharts.get(runId))
    pendingCharts.delete(runId)
    put(runId, { metricsVersion: (get().views[runId]?.metricsVersion ?? 0) + 1 })
  }

  const apply = (runId: string, event: RunEvent): void => {
    if (event.type === 'snapshot') return replace(event.detail)
    const view = get().views[runId]
    if (!view) return
    view.metrics.push(event.steps)
    put(runId, {
      record: event.record ?? view.record,
      progress: event.progress,
      ranks: event.ranks,
      epochs: event.epochs.length > 0 ? [...view.epochs, ...event.epochs] : view.epochs,
      hasModel: event.hasModel,
    })
    if (event.steps.length > 0 && !pendingCharts.has(runId)) {
      pendingCharts.set(
        runId,
        setTimeout(() => redrawCharts(runId), chartIntervalMs),
      )
    }
  }

  const follow = async (runId: string): Promise<void> => {
    if (followed.has(runId)) return
    followed.add(runId)
    try {
      for await (const event of await lab.runs.watch({ runId })) apply(runId, event)
      redrawCharts(runId)
    } catch (error) {
      fail(runId, error)
    } finally {
      followed.delete(runId)
    }
    await Promise.all([useRuns.getState().refresh(), useModels.getState().refreshTrained()])
  }

  return {
    views: {},
    errors: {},
    open: async (runId) => {
      if (followed.has(runId)) return
      try {
        const detail = await lab.runs.get({ runId })
        if (isActive(detail.record)) await follow(runId)
        else replace(detail)
      } catch (error) {
        fail(runId, error)
      }
    },
    stop: async (runId) => {
      await lab.runs.stop({ runId })
    },
    pause: async (runId) => {
      await lab.runs.pause({ runId })
    },
    resume: async (runId) => {
      await lab.runs.resume({ runId })
      await useRuns.getState().refresh()
      await get().open(runId)
    },
    startRun: async (config) => {
      const { runId } = await lab.runs.start(config)
      await useRuns.getState().refresh()
      void get().open(runId)
      return runId
    },
    injectFault: async (runId, rank, fault) => {
      await lab.runs.injectFault({ runId, rank, fault })
    },
    forget: (runId) => {
      const views = { ...get().views }
      delete views[runId]
      set({ views })
    },
  }
})
