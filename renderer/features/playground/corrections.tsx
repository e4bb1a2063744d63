/** All that was corrected: looked through, taken back, or made into a data set to train on. */
import { IconPencilCheck } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { DatasetCard } from '../../../shared/domain/dataset.ts'
import { useCorrections } from '../../state/corrections.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { count, dateTime, percent, plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { href } from '../../ui/route.ts'
import styles from './many-lines.module.css'

/** The newest; more are in the data set that is made of them. */
const shownRows = 500

export function Corrections() {
  const { list, remove, makeDataset } = useCorrections()
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const [made, setMade] = useState<DatasetCard | null>(null)
  const corrections = list.value ?? []
  if (list.error && !list.value) return <ErrorNotice error={list.error} />
  if (corrections.length === 0)
    return (
      <Panel title="Corrections">
        <EmptyState icon={<IconPencilCheck size={36} stroke={1.3} />} title="Nothing has been corrected yet">
          Where an answer is wrong, say so under it and choose the right class. The corrections are kept here and can become a data set.
        </EmptyState>
      </Panel>
    )
  return (
    <>
      {error && <ErrorNotice error={error} />}
      <Panel
        title="Corrections"
        hint={plural(corrections.length, 'text')}
        flush
        actions={
          <>
            {made && (
              <span role="status">
                Made “{made.title}” with {plural(made.rowCount, 'row')}: <a href={href('data')}>see it under Data</a>
              </span>
            )}
            <ActionButton size="compact-xs" action={async () => setMade(await makeDataset())} onError={setError}>
              Make a data set of them
            </ActionButton>
          </>
        }
      >
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="Corrections">
          <table className="lab-table" aria-label="Corrections">
            <thead>
              <tr>
                <th scope="col">Text</th>
                <th scope="col">Right</th>
                <th scope="col">The model said</th>
                <th scope="col" className="num">
                  Sure
                </th>
                <th scope="col">When</th>
                <th scope="col" aria-label="Removal" />
              </tr>
            </thead>
            <tbody>
              {corrections.slice(0, shownRows).map((correction) => (
                <tr key={correction.id}>
                  <th scope="row" className={styles.cell} dir="auto" title={correction.text.slice(0, 500)}>
                    {correction.text.slice(0, 300)}
                  </th>
                  <td>{correction.label}</td>
                  <td>{correction.predicted}</td>
                  <td className="num">{percent(correction.confidence)}</td>
                  <td>{dateTime(correction.createdAt)}</td>
                  <td>
                    <ActionButton
                      size="compact-xs"
                      variant="subtle"
                      action={() => remove(correction.id)}
                      onError={setError}
                      aria-label={`Remove the correction of ${correction.text.slice(0, 60)}`}
                    >
                      Remove
                    </ActionButton>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {corrections.length > shownRows && <p className={styles.none}>The newest {count(shownRows)} are shown.</p>}
        </div>
      </Panel>
    </>
  )
}
