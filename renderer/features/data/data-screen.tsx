/** The data sets at hand, and the way in for one's own CSV. */
import { useDatasets } from '../../state/datasets.ts'
import { useCsvImport } from '../../state/csv-import.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Screen } from '../../ui/screen.tsx'
import { CsvImport } from './csv-import.tsx'
import styles from './data.module.css'
import { DatasetPanel } from './dataset-panel.tsx'

export function DataScreen() {
  const list = useDatasets((state) => state.list)
  const imported = useCsvImport((state) => state.imported)
  return (
    <Screen title="Data" subtitle="Labelled headlines to learn from.">
      {list.error && <ErrorNotice error={list.error} />}
      <div className={styles.grid}>
        <div className={styles.column}>
          {list.value?.map((card) => (
            <DatasetPanel key={card.id} card={card} fresh={card.id === imported?.id} />
          ))}
        </div>
        <CsvImport />
      </div>
    </Screen>
  )
}
