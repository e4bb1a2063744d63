/** Two ways in for a model: a repository of the hub, and a folder on the lab's machine. Below them, what is being downloaded. */
import { TextInput } from '@mantine/core'
import { IconDownload, IconFolderSearch } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { useDownloads } from '../../state/downloads.ts'
import { usePretrained } from '../../state/pretrained.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Panel } from '../../ui/panel.tsx'
import { DownloadLine } from './download-line.tsx'
import styles from './models.module.css'

const suggestion = 'distilbert/distilbert-base-uncased'

export function AddModel() {
  const downloads = useDownloads((state) => state.list).filter(({ repo, state }) => repo.kind === 'model' && state !== 'done')
  return (
    <div className={styles.column}>
      <Panel title="From the hub" hint="huggingface.co, or HF_ENDPOINT">
        <FromHub />
        {downloads.length > 0 && (
          <ul className={styles.downloads} aria-label="Downloads of models">
            {downloads.map((download) => (
              <DownloadLine key={download.id} download={download} />
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="From a folder" hint="as transformers saves it">
        <FromFolder />
      </Panel>
    </div>
  )
}

function FromHub() {
  const [name, setName] = useState(suggestion)
  const [revision, setRevision] = useState('')
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const download = (): Promise<void> => usePretrained.getState().download(name.trim(), revision.trim() || 'main')
  return (
    <div className={styles.form}>
      {error && <ErrorNotice error={error} />}
      <TextInput
        label="Model"
        description="BERT or DistilBERT, with weights in safetensors. Gated ones need HF_TOKEN."
        placeholder={suggestion}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div className={styles.line}>
        <TextInput
          label="Revision"
          placeholder="main"
          value={revision}
          onChange={(event) => setRevision(event.currentTarget.value)}
          className={styles.grow}
        />
        <ActionButton
          action={download}
          onError={setError}
          disabled={name.trim() === ''}
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          Download
        </ActionButton>
      </div>
    </div>
  )
}

function FromFolder() {
  const [path, setPath] = useState('')
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const open = async (): Promise<void> => {
    await usePretrained.getState().openFolder(path.trim())
    setPath('')
  }
  return (
    <div className={styles.form}>
      {error && <ErrorNotice error={error} />}
      <div className={styles.line}>
        <TextInput
          label="Path on the lab’s machine"
          placeholder="/models/my-bert"
          value={path}
          onChange={(event) => setPath(event.currentTarget.value)}
          className={styles.grow}
        />
        <ActionButton
          action={open}
          onError={setError}
          disabled={path.trim() === ''}
          variant="default"
          leftSection={<IconFolderSearch size={16} aria-hidden />}
        >
          Open
        </ActionButton>
      </div>
      <p className={styles.small}>
        It needs config.json, model.safetensors (or shards with their index), and tokenizer.json or vocab.txt. Nothing is copied: the folder
        has to stay where it is.
      </p>
    </div>
  )
}
