/** Every run that this lab keeps. */
import { Button, Group, Modal } from '@mantine/core'
import { IconChartLine, IconListDetails } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { RunSummary } from '../../../shared/domain/run.ts'
import { useModels } from '../../state/models.ts'
import { useRunViews } from '../../state/run-view.ts'
import { useRuns } from '../../state/runs.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { href } from '../../ui/route.ts'
import { Screen } from '../../ui/screen.tsx'
import { addressOf } from '../compare/chosen.ts'
import { ImportRun } from '../handoff/import-run.tsx'
import { runTitle } from '../run-panel/run-title.ts'
import { RunTable } from './run-table.tsx'

export function RunsScreen() {
  const { list, refresh, remove } = useRuns()
  const [doomed, setDoomed] = useState<RunSummary | null>(null)
  const [error, setError] = useState<LabErrorInfo | null>(null)
  useEffect(() => void refresh(), [refresh])

  const removeDoomed = async (): Promise<void> => {
    if (!doomed) return
    const { id } = doomed.record
    setDoomed(null)
    await remove(id)
    useRunViews.getState().forget(id)
    await useModels.getState().refreshTrained()
  }

  const runs = list.value ?? []
  return (
    <Screen
      title="Runs"
      subtitle={list.value ? `${plural(runs.length, 'run')}, newest first` : undefined}
      actions={
        <>
          <ImportRun />
          {runs.length > 1 && (
            <Button
              component="a"
              href={href('compare', addressOf(runs.slice(0, 2).map(({ record }) => record.id)))}
              size="xs"
              variant="default"
              leftSection={<IconChartLine size={15} aria-hidden />}
            >
              Compare runs
            </Button>
          )}
        </>
      }
    >
      {[error, list.error].map((failure) => failure && <ErrorNotice key={failure.title} error={failure} />)}
      <Panel title="All runs" flush>
        {runs.length > 0 ? (
          <RunTable runs={runs} onRemove={setDoomed} />
        ) : (
          list.value && (
            <EmptyState
              icon={<IconListDetails size={34} stroke={1.3} />}
              title="No runs yet"
              action={
                <Button component="a" href={href('lab')}>
                  Train the first one
                </Button>
              }
            >
              Each training leaves a run here: its charts, checkpoints and model, kept on this machine.
            </EmptyState>
          )
        )}
      </Panel>
      <Modal opened={doomed !== null} onClose={() => setDoomed(null)} title={doomed ? `Remove “${runTitle(doomed.record)}”?` : ''}>
        <p style={{ marginTop: 0 }}>Its metrics, checkpoints and model are deleted from this machine. This cannot be undone.</p>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setDoomed(null)}>
            Keep it
          </Button>
          <ActionButton color="red.8" action={removeDoomed} onError={setError}>
            Remove for good
          </ActionButton>
        </Group>
      </Modal>
    </Screen>
  )
}
