/** Takes in a run that `train_ddp.py` made, by the path of the folder that it wrote. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { IconFolderDown } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { lab } from '../../ipc/client.ts'
import { useModels } from '../../state/models.ts'
import { useRuns } from '../../state/runs.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { go } from '../../ui/route.ts'
import styles from './handoff.module.css'

export function ImportRun() {
  const [opened, setOpened] = useState(false)
  const [path, setPath] = useState('')
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const takeIn = async (): Promise<void> => {
    const { runId } = await lab.handoff.importRun({ path: path.trim() })
    await Promise.all([useRuns.getState().refresh(), useModels.getState().refreshTrained()])
    go('runs', runId)
  }
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconFolderDown size={15} aria-hidden />} onClick={() => setOpened(true)}>
        Import a run
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Import a run of PyTorch">
        <TextInput
          label="Folder on the machine of the lab"
          description="the folder “out” beside train_ddp.py, with run.json and metrics.jsonl"
          placeholder="/home/you/bundle/out"
          value={path}
          onChange={(event) => setPath(event.currentTarget.value)}
          data-autofocus
        />
        {error && (
          <div className={styles.text}>
            <ErrorNotice error={error} />
          </div>
        )}
        <Group justify="flex-end" mt="md">
          <ActionButton action={takeIn} onError={setError} disabled={path.trim() === ''}>
            Import
          </ActionButton>
        </Group>
      </Modal>
    </>
  )
}
