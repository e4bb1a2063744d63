/** The way in for a CSV: choose or drop it, say what its columns mean, import it. */
import { Button } from '@mantine/core'
import { IconFileTypeCsv } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import type { DragEvent } from 'react'
import { useCsvImport } from '../../state/csv-import.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Panel } from '../../ui/panel.tsx'
import { CsvPreviewForm } from './csv-preview-form.tsx'
import styles from './data.module.css'

export function CsvImport() {
  const { staged, error, busy } = useCsvImport()
  return (
    <Panel title="Import a CSV" hint={staged ? staged.preview.fileName : undefined}>
      <div className={styles.import}>
        {error && <ErrorNotice error={error} />}
        {staged ? <CsvPreviewForm preview={staged.preview} /> : <DropZone busy={busy} />}
      </div>
    </Panel>
  )
}

function DropZone({ busy }: { busy: boolean }) {
  const choose = useCsvImport((state) => state.choose)
  const picker = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file) void choose(file)
  }
  return (
    <div>
      <div
        className={styles.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileTypeCsv size={38} stroke={1.2} aria-hidden />
        <p>Drop a CSV file here, or choose one. It stays on this machine; nothing is imported before you have seen it.</p>
        <Button size="xs" loading={busy} onClick={() => picker.current?.click()}>
          Choose a file
        </Button>
        <input
          ref={picker}
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          hidden
          aria-label="CSV file"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            event.currentTarget.value = ''
            if (file) void choose(file)
          }}
        />
      </div>
      <p className={styles.format}>
        One headline a row, one column with its label; commas, semicolons or tabs; quoted cells and line breaks inside them are fine; UTF-8.
      </p>
    </div>
  )
}
