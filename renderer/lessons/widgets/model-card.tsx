/** The model card of the lessons' export, as it lies in the folder, with its parts as a table. */
import { Button, CopyButton } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { Evidence } from '../evidence.ts'
import { percent } from '../../ui/format.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './deployment.module.css'

export function ModelCard({ evidence: { exported } }: { evidence: Evidence }) {
  if (!exported) return <NotMeasured>The card of your model will stand here, composed from the run that trained it.</NotMeasured>
  const { card, facts } = exported
  const quality = facts.measurements.find(({ precision }) => precision === 'fp32')?.quality
  // Front matter is one part, then one for each heading.
  const [front = '', ...parts] = card.split(/^## /m)
  return (
    <Frame
      title="Your model card"
      hint="README.md of the export"
      summary={
        quality
          ? `Accuracy ${percent(quality.accuracy)} on ${quality.rowCount} rows, between ${quality.accuracyInterval.map((end) => percent(end, 0)).join(' and ')}.`
          : 'It gives no accuracy: the rows that the model has not seen were not at hand.'
      }
      controls={
        <CopyButton value={card}>
          {({ copied, copy }) => (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
              onClick={copy}
            >
              {copied ? 'Copied' : 'Copy the card'}
            </Button>
          )}
        </CopyButton>
      }
      table={{
        head: ['part', 'characters'],
        rows: [['for machines, and the beginning', front.length], ...parts.map((part) => [part.split('\n', 1)[0]!, part.length])],
      }}
    >
      <pre className={styles.card} tabIndex={0} aria-label="The model card, Markdown">
        {card}
      </pre>
    </Frame>
  )
}
