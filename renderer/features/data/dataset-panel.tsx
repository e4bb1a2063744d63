/** One data set: where it is from, how large, how balanced. */
import { Button } from '@mantine/core'
import type { DatasetCard } from '../../../shared/domain/dataset.ts'
import { useTrainDraft } from '../../state/train-draft.ts'
import { count } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { go } from '../../ui/route.ts'
import { ClassBalance } from './class-balance.tsx'
import styles from './data.module.css'

export function DatasetPanel({ card, fresh }: { card: DatasetCard; fresh: boolean }) {
  const set = useTrainDraft((state) => state.set)
  const train = (): void => {
    set('data', card.ref)
    go('lab')
  }
  return (
    <Panel
      title={card.title}
      hint={card.ref.kind === 'starter' ? 'comes with the lab' : fresh ? 'just imported' : 'imported'}
      className={fresh ? styles.fresh : undefined}
    >
      <dl className={styles.facts}>
        <Fact name="rows" value={count(card.rowCount)} />
        {card.badRowCount > 0 && <Fact name="bad rows skipped" value={count(card.badRowCount)} />}
        <Fact name="licence" value={card.license ?? 'not stated'} />
        <div title={card.digest}>
          <dt>digest</dt>
          <dd className="mono">{card.digest.slice(0, 10)}</dd>
        </div>
      </dl>
      <ClassBalance labels={card.labels} classCounts={card.classCounts} />
      <div className={styles.footer}>
        <Button size="xs" variant="default" onClick={train}>
          Train on it
        </Button>
      </div>
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
