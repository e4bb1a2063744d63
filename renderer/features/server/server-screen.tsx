/** One model of the lab over HTTP: start it, ask it from a program, watch what it is asked. */
import { Button } from '@mantine/core'
import { IconServer } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useModels } from '../../state/models.ts'
import { useServedModel } from '../../state/served-model.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Panel } from '../../ui/panel.tsx'
import { href } from '../../ui/route.ts'
import { Screen } from '../../ui/screen.tsx'
import { AskIt } from './ask-it.tsx'
import { RequestFiguresBar } from './request-figures-bar.tsx'
import { RequestLog } from './request-log.tsx'
import { ServerControl } from './server-control.tsx'
import styles from './server.module.css'

export function ServerScreen() {
  const status = useServedModel((state) => state.status)
  const { value: models, error } = useModels((state) => state.trained)
  useEffect(() => {
    void useModels.getState().refreshTrained()
  }, [])
  return (
    <Screen title="Server" subtitle="A model over HTTP, for the programs on this machine. It ends with the lab.">
      {error && <ErrorNotice error={error} />}
      {models?.length === 0 && status?.model === null ? (
        <Panel title="No model yet">
          <EmptyState
            icon={<IconServer size={36} stroke={1.3} />}
            title="There is nothing to serve yet"
            action={
              <Button component="a" href={href('lab')}>
                Train a model first
              </Button>
            }
          >
            A model that you trained, or a pretrained one with a classifier, can answer other programs here.
          </EmptyState>
        </Panel>
      ) : (
        <div className={styles.grid}>
          <div className={styles.column}>
            <ServerControl models={models ?? []} />
            {status?.url && <AskIt url={status.url} needsToken={status.needsToken} />}
          </div>
          <div className={styles.column}>
            <RequestFiguresBar figures={status?.figures ?? null} />
            <RequestLog records={status?.recent ?? []} isServing={status?.url !== null && status !== null} />
          </div>
        </div>
      )}
    </Screen>
  )
}
