/** The data sets at hand, AG News from the hub, and the way in for one's own file. */
import { useDatasets } from '../../state/datasets.ts'
import { useFileImport } from '../../state/file-import.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Screen } from '../../ui/screen.tsx'
import { FileImport } from './file-import.tsx'
import styles from './data.module.css'
import { DatasetPanel } from './dataset-panel.tsx'
import { HubPanel } from './hub-panel.tsx'

export function DataScreen() {
  const list = useDatasets((state) => state.list)
  const imported = useFileImport((state) => state.imported)
  const hasAgNews = list.value?.some(({ ref }) => ref.kind === 'hub') ?? true
  return (
    <Screen title="Data" subtitle="Labelled headlines to learn from.">
      {list.error && <ErrorNotice error={list.error} />}
      <div className={styles.grid}>
        <div className={styles.column}>
          {list.value?.map((card) => (
            <DatasetPanel key={card.id} card={card} fresh={card.id === imported?.id} />
          ))}
        </div>
        <div className={styles.column}>
          <FileImport />
          {!hasAgNews && <HubPanel />}
        </div>
      </div>
    </Screen>
  )
}
