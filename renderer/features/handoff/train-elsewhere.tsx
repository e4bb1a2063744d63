/** The way out to PyTorch from a run: writes the torchrun bundle into the lab's directory and says what to do with it. */
import { ActionIcon, CopyButton, Modal } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { kaggleByHand, kaggleTrouble } from '../../../shared/domain/kaggle-by-hand.ts'
import type { RunConfig } from '../../../shared/domain/run-config.ts'
import { lab } from '../../ipc/client.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import styles from './handoff.module.css'

type Bundle = Awaited<ReturnType<typeof lab.handoff.bundle>>

interface TrainElsewhereProps {
  config: RunConfig
  opened: boolean
  onClose: () => void
}

export function TrainElsewhere({ config, opened, onClose }: TrainElsewhereProps) {
  const [bundle, setBundle] = useState<Bundle | null>(null)
  const [error, setError] = useState<LabErrorInfo | null>(null)
  return (
    <Modal opened={opened} onClose={onClose} title="Train elsewhere, with PyTorch" size="lg">
      <p className={styles.text}>
        A folder with which <code>torchrun</code> trains the same model on the same rows from the same first weights, wherever PyTorch runs.
        What it measures can be imported afterwards.
      </p>
      {error && <ErrorNotice error={error} />}
      {bundle === null ? (
        <ActionButton action={async () => setBundle(await lab.handoff.bundle({ config }))} onError={setError}>
          Write the folder
        </ActionButton>
      ) : (
        <>
          <Line title="The folder" text={bundle.directory} />
          {bundle.commands.map(({ title, command }) => (
            <Line key={title} title={title} text={command} />
          ))}
          <details className={styles.byHand}>
            <summary>On Kaggle by hand, without a token</summary>
            <ol>
              {kaggleByHand.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
            <p>{kaggleTrouble}</p>
          </details>
          <p className={styles.hint}>
            Commands with npm are for a terminal in the lab’s own folder. The README.md in the bundle says all of this, too.
          </p>
        </>
      )}
    </Modal>
  )
}

function Line({ title, text }: { title: string; text: string }) {
  return (
    <div className={styles.line}>
      <span className={styles.title}>{title}</span>
      <code className={styles.code}>{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label={copied ? `${title}: copied` : `Copy: ${title}`}>
            {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          </ActionIcon>
        )}
      </CopyButton>
    </div>
  )
}
