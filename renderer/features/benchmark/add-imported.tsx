/** Takes a run that PyTorch made elsewhere into the comparison, where there is one. */
import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { toErrorInfo } from '../../ipc/errors.ts'
import { useBenchmarks } from '../../state/benchmarks.ts'
import { useRuns } from '../../state/runs.ts'
import { runTitle } from '../run-panel/run-title.ts'

export function AddImported({ id, onError }: { id: string; onError: (error: LabErrorInfo | null) => void }) {
  const imported = useRuns((state) => state.list.value)?.filter(({ record }) => record.imported !== null) ?? []
  if (imported.length === 0) return null
  const add = async (runId: string): Promise<void> => {
    onError(null)
    try {
      await useBenchmarks.getState().addImported(id, runId)
    } catch (error) {
      onError(toErrorInfo(error))
    }
  }
  return (
    <Menu position="bottom-end" width={260} shadow="md">
      <Menu.Target>
        <Button size="xs" variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
          Add an imported run
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {imported.map(({ record, lastStep }) => (
          <Menu.Item key={record.id} onClick={() => void add(record.id)}>
            {runTitle(record)} <span style={{ color: 'var(--ink-3)' }}>· {lastStep} steps</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
