/** The models at hand: trained here, opened from a folder, downloaded from the hub; and the way in for more. */
import { IconBox } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useModels } from '../../state/models.ts'
import { usePretrained } from '../../state/pretrained.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Screen } from '../../ui/screen.tsx'
import { AddModel } from './add-model.tsx'
import { ModelPanel } from './model-panel.tsx'
import styles from './models.module.css'
import { TrainedTable } from './trained-table.tsx'

export function ModelsScreen() {
  const list = usePretrained((state) => state.list)
  const trained = useModels((state) => state.trained)
  useEffect(() => {
    // A folder may have changed since, and a run may have ended.
    void usePretrained.getState().refresh()
    void useModels.getState().refreshTrained()
  }, [])
  const ofRuns = (trained.value ?? []).filter(({ id }) => !list.value?.some((model) => model.id === id))
  return (
    <Screen title="Models" subtitle="To fine-tune, or to ask.">
      {[list.error, trained.error].map((error) => error && <ErrorNotice key={error.title} error={error} />)}
      <div className={styles.grid}>
        <div className={styles.column}>
          {list.value?.map((model) => (
            <ModelPanel key={model.id} model={model} />
          ))}
          {list.value?.length === 0 && (
            <Panel title="Pretrained models">
              <EmptyState icon={<IconBox size={34} stroke={1.2} />} title="None yet">
                A pretrained model has read far more than headlines. Fine-tuning it takes few epochs and is usually better than to begin
                with random weights.
              </EmptyState>
            </Panel>
          )}
          {ofRuns.length > 0 && (
            <Panel title="Trained here" hint="newest first" flush>
              <TrainedTable models={ofRuns} />
            </Panel>
          )}
        </div>
        <AddModel />
      </div>
    </Screen>
  )
}
