/** Runs laid over each other: which ones, and what of them can be read. What is drawn of them is the board's. */
import { Button } from '@mantine/core'
import { IconChartLine } from '@tabler/icons-react'
import { useEffect, useMemo } from 'react'
import type { RunCurves } from '../../../shared/domain/run-curves.ts'
import type { RunSummary } from '../../../shared/domain/run.ts'
import { useComparedRuns } from '../../state/compared-runs.ts'
import { useConnection } from '../../state/connection.ts'
import { isActive, useRuns } from '../../state/runs.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { plural } from '../../ui/format.ts'
import { href } from '../../ui/route.ts'
import { Screen } from '../../ui/screen.tsx'
import { Board } from './board.tsx'
import { parseChosen } from './chosen.ts'
import { ChosenRuns } from './chosen-runs.tsx'
import styles from './compare.module.css'
import { lookOf, namesOf } from './run-look.ts'
import { RunPicker } from './run-picker.tsx'

export function CompareScreen({ chosen: address }: { chosen: string | null }) {
  const chosen = useMemo(() => parseChosen(address), [address])
  const { list, refresh } = useRuns()
  const { curves, errors, read } = useComparedRuns()
  const generation = useConnection((state) => state.generation)
  useEffect(() => {
    if (generation > 0) void refresh()
  }, [refresh, generation])
  const runs = list.value
  useEffect(() => {
    if (generation === 0) return
    const { curves: held } = useComparedRuns.getState()
    for (const { id } of chosen) if (isStale(held[id], id, runs)) void read(id)
  }, [chosen, runs, read, generation])

  const here = useMemo(() => {
    const found = chosen.flatMap(({ id, place }) => (curves[id] ? [{ id, place, curves: curves[id] }] : []))
    const names = namesOf(found.map((run) => run.curves.record))
    return found.map((run, index) => ({ ...run, ...lookOf(run.place), title: names[index]! }))
  }, [chosen, curves])

  if (runs?.length === 0 && chosen.length === 0) {
    return (
      <Screen title="Compare runs">
        <EmptyState
          icon={<IconChartLine size={34} stroke={1.3} />}
          title="No runs to compare yet"
          action={
            <Button component="a" href={href('lab')}>
              Train the first one
            </Button>
          }
        >
          Two of them, with another batch size or another number of ranks, can be laid over each other here.
        </EmptyState>
      </Screen>
    )
  }
  return (
    <Screen title="Compare runs" subtitle={`${plural(chosen.length, 'run')} chosen; the first is what the others are compared with`}>
      {list.error && <ErrorNotice error={list.error} />}
      {chosen.map(({ id }) => errors[id] && <ErrorNotice key={id} error={errors[id]} />)}
      <div className={styles.layout}>
        <RunPicker runs={runs ?? []} chosen={chosen} />
        <div className={styles.board}>
          {chosen.length > 0 && (
            <ChosenRuns
              chosen={chosen}
              legends={here.map(({ id, title, curves: { record } }) => ({ id, name: title, isImported: record.imported !== null }))}
              errors={errors}
            />
          )}
          {here.length > 0 && <Board runs={here} />}
          {chosen.length === 0 && (
            <EmptyState icon={<IconChartLine size={34} stroke={1.3} />} title="Choose runs to lay over each other">
              Their losses, speeds and settings then stand side by side. Drag over a chart to look closer, click to pin a place.
            </EmptyState>
          )}
        </div>
      </div>
    </Screen>
  )
}

/** Not read yet, gone since, or gone on since; one that is active is followed anyway. */
function isStale(held: RunCurves | undefined, id: string, runs: readonly RunSummary[] | null): boolean {
  if (!held) return true
  if (runs === null || isActive(held.record)) return false
  const summary = runs.find(({ record }) => record.id === id)
  return !summary || held.record.attempt !== summary.record.attempt || (held.steps.step.at(-1) ?? 0) !== summary.lastStep
}
