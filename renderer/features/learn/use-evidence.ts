/** The evidence of a step or an experiment, kept up to date: stored results of its programs, and its newest runs, the export. */
import { useEffect, useMemo } from 'react'
import type { ExportedFolder } from '../../../shared/domain/export.ts'
import { armsOf } from '../../../shared/domain/workbench.ts'
import type { ProgramId, ProgramResult } from '../../../shared/domain/workbench.ts'
import { Evidence } from '../../lessons/evidence.ts'
import type { RecordedRun } from '../../../shared/lessons/run-checks.ts'
import type { StepRun } from '../../lessons/lesson.ts'
import type { LessonProgress } from '../../../shared/domain/lesson-progress.ts'
import { useLessonExport } from '../../state/lesson-export.ts'
import { useLessonProgress } from '../../state/lesson-progress.ts'
import { useConnection } from '../../state/connection.ts'
import { useRunViews } from '../../state/run-view.ts'
import type { RunView } from '../../state/run-view.ts'
import { useRuns } from '../../state/runs.ts'
import { useWorkbench } from '../../state/workbench.ts'

export const programsOf = (runs: readonly StepRun[]): ProgramId[] =>
  runs.flatMap((run) =>
    run.kind === 'programs' ? run.requests.map(({ program }) => program) : run.kind === 'cards' ? programsOf(run.shows ?? []) : [],
  )

const namesOf = (runs: readonly StepRun[]): string[] => runs.flatMap((run) => (run.kind === 'training' ? [run.config.name] : []))

export function useEvidence(runs: readonly StepRun[]): Evidence {
  const results = useWorkbench((state) => state.results)
  const views = useRunViews((state) => state.views)
  const list = useRuns((state) => state.list.value)
  const cards = useLessonProgress((state) => state.progress.cards)
  const generation = useConnection((state) => state.generation)
  const exported = useLessonExport((state) => state.folder)
  const exports = runs.some(({ kind }) => kind === 'export')
  const programs = programsOf(runs).join()
  const names = namesOf(runs).join('\n')

  useEffect(() => {
    if (generation > 0 && programs !== '') void useWorkbench.getState().load(programs.split(',') as ProgramId[])
  }, [generation, programs])

  useEffect(() => {
    if (generation > 0 && exports) void useLessonExport.getState().load()
  }, [generation, exports])

  const newest = useMemo(
    () =>
      names
        .split('\n')
        .flatMap((name) => list?.find(({ record }) => name !== '' && record.config.name === name) ?? [])
        .map(({ record }) => record),
    [names, list],
  )
  useEffect(() => {
    for (const { id } of newest) if (!useRunViews.getState().views[id]) void useRunViews.getState().open(id)
  }, [newest])

  return useMemo(
    () =>
      evidenceOf(
        results,
        newest.flatMap(({ id }) => views[id] ?? []),
        cards,
        exported,
      ),
    [results, newest, views, cards, exported],
  )
}

/** All that is known at this moment, outside of a component. */
export const evidenceNow = (): Evidence =>
  evidenceOf(
    useWorkbench.getState().results,
    Object.values(useRunViews.getState().views).sort((a, b) => a.record.createdAt.localeCompare(b.record.createdAt)),
    useLessonProgress.getState().progress.cards,
    useLessonExport.getState().folder,
  )

function evidenceOf(
  results: Record<string, ProgramResult>,
  views: readonly RunView[],
  cards: LessonProgress['cards'],
  exported: ExportedFolder | null,
): Evidence {
  const runs = views.map(({ record, ranks, epochs, metrics }): [string, RecordedRun] => [
    record.config.name,
    { record, ranks, epochs, steps: metrics.toArray() },
  ])
  const scores = Object.entries(cards).map(([id, { score }]) => [id, score] as const)
  return new Evidence(results, Object.fromEntries(runs), Object.fromEntries(scores), exported)
}

/** Whether all of a run's programs, or its training, have been measured. */
export const hasRun = (run: StepRun, evidence: Evidence): boolean => {
  switch (run.kind) {
    case 'programs':
      return run.requests.every(({ program, arm }) => evidence.result(program, (arm ?? armsOf(program)[0]) as never) !== null)
    case 'training':
      return evidence.run(run.config.name) !== null
    case 'export':
      return evidence.exported !== null
    case 'cards':
      return true
  }
}
