/** The configurations side by side; what differs from the first run stands out. */
import { Switch } from '@mantine/core'
import { memo } from 'react'
import type { RunRecord } from '../../../shared/domain/run.ts'
import { useCompare } from '../../state/compare.ts'
import { Panel } from '../../ui/panel.tsx'
import styles from './compare.module.css'
import { configRows } from './config-difference.ts'
import { RunName } from './run-name.tsx'

interface DifferenceTableProps {
  runs: readonly { title: string; record: RunRecord }[]
}

export const DifferenceTable = memo(function DifferenceTable({ runs }: DifferenceTableProps) {
  const { onlyDifferences, change } = useCompare()
  const rows = configRows(runs.map(({ record }) => record))
  const shown = onlyDifferences ? rows.filter(({ differs }) => differs) : rows
  return (
    <Panel
      title="Configurations"
      hint={`${rows.filter(({ differs }) => differs).length} of ${rows.length} rows differ`}
      flush
      actions={
        <Switch
          size="xs"
          label="only what differs"
          checked={onlyDifferences}
          onChange={(event) => change({ onlyDifferences: event.currentTarget.checked })}
        />
      }
    >
      {shown.length === 0 ? (
        <p className={styles.same}>{runs.length < 2 ? 'Choose a second run to compare with.' : 'Nothing differs.'}</p>
      ) : (
        <div className={styles.scroll}>
          <table className={`lab-table ${styles.differences}`} aria-label="Configurations of the runs">
            <thead>
              <tr>
                <th scope="col">Setting</th>
                {runs.map(({ title, record }) => (
                  <th key={record.id} scope="col">
                    <RunName look={null} name={title} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(({ name, values }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {values.map((value, index) => (
                    <td key={runs[index]!.record.id} className={value === values[0] ? undefined : styles.differs} title={value}>
                      {value === values[0] ? value : <mark>{value}</mark>}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
})
