/** The configurations side by side; what differs from the first run stands out. */
import { Switch } from '@mantine/core'
import type { RunRecord } from '../../../shared/domain/run.ts'
import { useCompare } from '../../state/compare.ts'
import { Panel } from '../../ui/panel.tsx'
import { runTitle } from '../run-panel/run-title.ts'
import styles from './compare.module.css'
import { configRows } from './config-difference.ts'

export function DifferenceTable({ records }: { records: readonly RunRecord[] }) {
  const { onlyDifferences, change } = useCompare()
  const rows = configRows(records)
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
        <p className={styles.same}>{records.length < 2 ? 'Choose a second run to compare with.' : 'Nothing differs.'}</p>
      ) : (
        <div className={styles.scroll}>
          <table className="lab-table">
            <thead>
              <tr>
                <th scope="col">Setting</th>
                {records.map((record) => (
                  <th key={record.id} scope="col">
                    {runTitle(record)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(({ name, values }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {values.map((value, index) => (
                    <td key={records[index]!.id} className={value === values[0] ? undefined : styles.differs}>
                      {value}
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
}
