/** From a model to a Hugging Face Space, in four steps: choose, write, push, check. */
import { Button } from '@mantine/core'
import { IconCloudUpload } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useDeploy } from '../../state/deploy.ts'
import { useModels } from '../../state/models.ts'
import { useRuns } from '../../state/runs.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Panel } from '../../ui/panel.tsx'
import { href } from '../../ui/route.ts'
import { Screen } from '../../ui/screen.tsx'
import styles from './deploy.module.css'
import { DeploySteps } from './deploy-steps.tsx'
import { OtherWays } from './other-ways.tsx'
import { SpaceFolders } from './space-folders.tsx'

export function DeployScreen() {
  const { value: models, error } = useModels((state) => state.trained)
  const chosen = useDeploy((state) => state.modelId)
  const folders = useDeploy((state) => state.folders)
  useEffect(() => {
    void useModels.getState().refreshTrained()
    void useRuns.getState().refresh()
    void useDeploy.getState().refreshFolders()
  }, [])
  const model = models?.find(({ id }) => id === chosen) ?? models?.[0] ?? null
  return (
    <Screen title="Deploy" subtitle="A model of yours as a Hugging Face Space, for others to try.">
      {[error, folders.error].map((failure) => failure && <ErrorNotice key={failure.code + failure.title} error={failure} />)}
      <div className={styles.columns}>
        <div className={styles.column}>
          {models?.length === 0 && (
            <Panel title="No model yet">
              <EmptyState
                icon={<IconCloudUpload size={36} stroke={1.3} />}
                title="There is nothing to deploy yet"
                action={
                  <Button component="a" href={href('lab')}>
                    Train a model first
                  </Button>
                }
              >
                A model that you trained, or a pretrained one with a classifier, becomes a page that anybody can try. What is deployed
                already can be checked below.
              </EmptyState>
            </Panel>
          )}
          {models && <DeploySteps model={model} models={models} />}
        </div>
        <aside className={styles.column}>
          <SpaceFolders folders={folders.value ?? []} />
          <OtherWays model={model} />
        </aside>
      </div>
    </Screen>
  )
}
