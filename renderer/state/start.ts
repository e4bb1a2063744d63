/** Brings the page to life: connects, and after every (re)connect asks anew for what is shown everywhere. */
import { onConnection, stayConnected } from '../ipc/client.ts'
import { useBenchmarks } from './benchmarks.ts'
import { useConnection } from './connection.ts'
import { useDatasets } from './datasets.ts'
import { useHardware } from './hardware.ts'
import { followDownloads } from './downloads.ts'
import { useLessonProgress } from './lesson-progress.ts'
import { useModels } from './models.ts'
import { usePretrained } from './pretrained.ts'
import { useRunViews } from './run-view.ts'
import { isActive, useRuns } from './runs.ts'
import { followServedModel } from './served-model.ts'
import { followSpaceWork } from './space-work.ts'

export function startLab(): void {
  let generation = 0
  onConnection((state) => {
    useConnection.setState(state)
    if (state.generation === generation) return
    generation = state.generation
    void askForEverything()
  })
  // A run may have been started by another window or the command line.
  window.addEventListener('focus', () => void followActiveRun())
  void stayConnected()
}

async function askForEverything(): Promise<void> {
  void followDownloads()
  void followServedModel()
  void followSpaceWork()
  await Promise.all([
    useHardware.getState().refresh(),
    useModels.getState().refreshPresets(),
    useModels.getState().refreshTrained(),
    usePretrained.getState().refresh(),
    useDatasets.getState().refresh(),
    useLessonProgress.getState().refresh(),
    followActiveRun(),
    followActiveBenchmark(),
  ])
}

async function followActiveBenchmark(): Promise<void> {
  await useBenchmarks.getState().refresh()
  const active = useBenchmarks.getState().list.value?.find(({ state }) => state === 'running')
  if (active) await useBenchmarks.getState().open(active.id)
}

async function followActiveRun(): Promise<void> {
  await useRuns.getState().refresh()
  const active = (useRuns.getState().list.value ?? []).filter((run) => isActive(run.record)).map((run) => run.record.id)
  // A run that ended while there was no connection still looks active here.
  const believed = Object.values(useRunViews.getState().views)
    .filter((view) => isActive(view.record))
    .map((view) => view.record.id)
  await Promise.all([...new Set([...active, ...believed])].map((runId) => useRunViews.getState().open(runId)))
}
