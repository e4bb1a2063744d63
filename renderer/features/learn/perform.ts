/** Does what the button of a step says: programs of the workbench one after the other, a training run from start to end, an export. */
import type { ProgramRequest } from '../../../shared/domain/workbench.ts'
import { runConfigSchema } from '../../../shared/domain/run-config.ts'
import type { ExportRun, ProgramsRun, StepRun, TrainingRun } from '../../lessons/lesson.ts'
import { lab } from '../../ipc/client.ts'
import { useLessonExport } from '../../state/lesson-export.ts'
import { useRunViews } from '../../state/run-view.ts'
import type { RunView } from '../../state/run-view.ts'
import { isActive } from '../../state/runs.ts'
import { useWorkbench } from '../../state/workbench.ts'

/** What the person chose for programs. */
export interface Choice {
  worldSize?: number | undefined
  texts?: readonly string[]
}

/** False where it was cancelled. Throws what the lab answered where it could not be done. */
export async function perform(run: StepRun, choice: Choice = {}): Promise<boolean> {
  switch (run.kind) {
    case 'programs':
      return performPrograms(run, choice)
    case 'training':
      return performTraining(run)
    case 'export':
      return performExport(run)
    case 'cards':
      return true
  }
}

async function performPrograms(run: ProgramsRun, { worldSize, texts = [] }: Choice): Promise<boolean> {
  for (const request of run.requests) {
    const asked = {
      ...request,
      ...(run.worldSizes && { worldSize: worldSize ?? run.worldSizes[0] }),
      ...(run.withTexts === true && texts.length > 0 && { texts }),
    } as ProgramRequest
    if ((await useWorkbench.getState().run(asked)) === null) return false
  }
  return true
}

async function performTraining({ config, kill }: TrainingRun): Promise<boolean> {
  const runId = await useRunViews.getState().startRun(runConfigSchema.parse(config))
  if (kill) {
    await until(runId, ({ record, progress }) => !isActive(record) || progress.step >= kill.atStep)
    const view = useRunViews.getState().views[runId]
    if (view && isActive(view.record)) await useRunViews.getState().injectFault(runId, kill.rank, 'kill')
  }
  await until(runId, ({ record }) => !isActive(record))
  // A run that failed is a result too: the check says what it thinks of it.
  const state = useRunViews.getState().views[runId]?.record.state
  return state === 'done' || state === 'failed'
}

async function performExport({ otherwise }: ExportRun): Promise<boolean> {
  const newest = async (): Promise<string | null> => (await lab.runs.list()).find(({ hasModel }) => hasModel)?.record.id ?? null
  if ((await newest()) === null) await performTraining(otherwise)
  const runId = await newest()
  return runId !== null && useLessonExport.getState().run(runId)
}

/** Resolves as soon as `holds` of the run's view. */
function until(runId: string, holds: (view: RunView) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const view = useRunViews.getState().views[runId]
      if (!view || !holds(view)) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = useRunViews.subscribe(look)
    look()
  })
}
