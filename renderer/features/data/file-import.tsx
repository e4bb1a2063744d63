/** The way in for a file: choose or drop it, say what its columns mean, import it. */
import { Button, Progress } from '@mantine/core'
import { IconFileTypeCsv } from '@tabler/icons-react'
import { useFileImport } from '../../state/file-import.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { useFileInput } from '../../ui/file-input.tsx'
import { percent } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { PreviewForm } from './preview-form.tsx'
import styles from './data.module.css'

export function FileImport() {
  const { staged, sent, error, busy } = useFileImport()
  return (
    <Panel title="Import a file" hint={staged ? staged.preview.fileName : undefined}>
      <div className={styles.import}>
        {error && <ErrorNotice error={error} />}
        {staged ? <PreviewForm preview={staged.preview} /> : <DropZone busy={busy} />}
        {sent && <Sending {...sent} />}
      </div>
    </Panel>
  )
}

function Sending({ fileName, share }: { fileName: string; share: number }) {
  return (
    <div>
      <Progress value={share * 100} size="sm" aria-label={`Reading ${fileName}`} />
      <p className={styles.format}>{share < 1 ? `Reading ${fileName}: ${percent(share, 0)}` : `Looking at ${fileName} …`}</p>
    </div>
  )
}

function DropZone({ busy }: { busy: boolean }) {
  const choose = useFileImport((state) => state.choose)
  const accept = '.csv,.tsv,.txt,.jsonl,.ndjson,.parquet,text/csv'
  const file = useFileInput('Data file', accept, (chosen) => void choose(chosen))
  return (
    <div>
      <div className={styles.drop} {...file.dropArea}>
        <IconFileTypeCsv size={38} stroke={1.2} aria-hidden />
        <p>
          Drop a CSV, TSV, JSONL or Parquet file here, or choose one. It stays on this machine; nothing is imported before you have seen it.
        </p>
        <Button size="xs" loading={busy} onClick={file.choose}>
          Choose a file
        </Button>
        {file.input}
      </div>
      <p className={styles.format}>
        One headline a row, one column with its label, two classes at least. CSV: commas, semicolons or tabs, UTF-8. JSONL: one object a
        line. Parquet: as data sets of the hub come. Up to 1 GiB.
      </p>
    </div>
  )
}
