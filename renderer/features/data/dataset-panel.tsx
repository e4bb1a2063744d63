/** One data set: where it is from, how large, how balanced. */
import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import type { DatasetCard } from '../../../shared/domain/dataset.ts'
import { useTrainDraft } from '../../state/train-draft.ts'
import { useDatasets } from '../../state/datasets.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { count } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { go } from '../../ui/route.ts'
import { ClassBalance } from './class-balance.tsx'
import styles from './data.module.css'
import { Quality } from './quality.tsx'

export function DatasetPanel({ card, fresh }: { card: DatasetCard; fresh: boolean }) {
  const set = useTrainDraft((state) => state.set)
  const { remove, removeError } = useDatasets()
  const [asked, setAsked] = useState(false)
  const train = (): void => {
    set('data', card.ref)
    go('lab')
  }
  return (
    <Panel
      title={card.title}
      hint={
        card.ref.kind === 'starter' ? 'comes with the lab' : card.ref.kind === 'hub' ? 'from the hub' : fresh ? 'just imported' : 'imported'
      }
      className={fresh ? styles.fresh : undefined}
    >
      <dl className={styles.facts}>
        <Fact name="rows" value={count(card.rowCount)} />
        {card.badRowCount > 0 && <Fact name="bad rows skipped" value={count(card.badRowCount)} />}
        <Fact name="licence" value={card.license ?? 'not stated'} />
        {card.ref.kind === 'hub' && <Fact name="revision" value={card.ref.commit.slice(0, 10)} />}
        <div title={card.digest}>
          <dt>digest</dt>
          <dd className="mono">{card.digest.slice(0, 10)}</dd>
        </div>
      </dl>
      <ClassBalance labels={card.labels} classCounts={card.classCounts} />
      {card.quality && <Quality quality={card.quality} />}
      {removeError?.id === card.id && <ErrorNotice error={removeError.error} />}
      <div className={styles.footer}>
        {card.ref.kind !== 'starter' && (
          <Button size="xs" variant="subtle" color="red" onClick={() => setAsked(true)}>
            Remove
          </Button>
        )}
        <Button size="xs" variant="default" onClick={train}>
          Train on it
        </Button>
      </div>
      <Modal opened={asked} onClose={() => setAsked(false)} title={`Remove ${card.title}?`} size="sm">
        <p>
          Runs that were trained on it keep their results, but cannot be resumed.
          {card.ref.kind === 'hub' && ' The downloaded files stay in the hub’s cache, which other programs share.'}
        </p>
        <div className={styles.buttons}>
          <Button size="xs" variant="default" onClick={() => setAsked(false)}>
            Keep it
          </Button>
          <Button size="xs" color="red" onClick={() => (setAsked(false), void remove(card.id))}>
            Remove the data set
          </Button>
        </div>
      </Modal>
    </Panel>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
