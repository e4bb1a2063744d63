/** Earlier comparisons, newest first; what is not finished can be gone on with. */
import { ActionIcon, Button, Group, Modal } from '@mantine/core'
import { IconPlayerPlayFilled, IconScale, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { BenchmarkSummary } from '../../../shared/contract/benchmarks.ts'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { useBenchmarks } from '../../state/benchmarks.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { dateTime } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { go, href } from '../../ui/route.ts'
import { StateBadge } from '../../ui/run-state.tsx'
import styles from './benchmark.module.css'

interface BenchmarkListProps {
  list: BenchmarkSummary[] | null
  onError: (error: LabErrorInfo | null) => void
}

export function BenchmarkList({ list, onError }: BenchmarkListProps) {
  const { remove, resume } = useBenchmarks.getState()
  const [doomed, setDoomed] = useState<BenchmarkSummary | null>(null)
  const removeDoomed = async (): Promise<void> => {
    if (!doomed) return
    setDoomed(null)
    await remove(doomed.id)
  }
  const goOn = async (id: string): Promise<void> => {
    await resume(id)
    go('benchmark', id)
  }
  return (
    <Panel title="Comparisons" flush>
      {list?.length === 0 && (
        <EmptyState icon={<IconScale size={34} stroke={1.3} />} title="Nothing compared yet">
          What is measured is kept on this machine, after every repetition.
        </EmptyState>
      )}
      <ul className={styles.list}>
        {list?.map((benchmark) => (
          <li key={benchmark.id}>
            <div className={styles.entry}>
              <a href={href('benchmark', benchmark.id)} className={styles.entryTitle}>
                {benchmark.title}
              </a>
              <span className={styles.entryFacts}>
                <StateBadge state={benchmark.state} bare />
                <span>
                  {benchmark.done} of {benchmark.total} repetitions{benchmark.failed > 0 && `, ${benchmark.failed} failed`}
                </span>
                <span>{dateTime(benchmark.createdAt)}</span>
              </span>
              {benchmark.result !== null && <span className={styles.entryResult}>{benchmark.result}</span>}
            </div>
            {benchmark.state === 'paused' && (
              <ActionButton
                size="xs"
                variant="default"
                leftSection={<IconPlayerPlayFilled size={13} aria-hidden />}
                action={() => goOn(benchmark.id)}
                onError={onError}
              >
                Resume
              </ActionButton>
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Remove ${benchmark.title}`}
              disabled={benchmark.state === 'running'}
              onClick={() => setDoomed(benchmark)}
            >
              <IconTrash size={15} aria-hidden />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <Modal opened={doomed !== null} onClose={() => setDoomed(null)} title={doomed ? `Remove “${doomed.title}”?` : ''}>
        <p style={{ marginTop: 0 }}>Everything that it measured is deleted from this machine. This cannot be undone.</p>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setDoomed(null)}>
            Keep it
          </Button>
          <ActionButton color="red.8" action={removeDoomed} onError={onError}>
            Remove for good
          </ActionButton>
        </Group>
      </Modal>
    </Panel>
  )
}
