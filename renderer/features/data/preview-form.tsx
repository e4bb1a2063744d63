/** What the lab made of a file, and what may still be decided: the columns, and what to do with rows that cannot be read. */
import { Button, MultiSelect, SegmentedControl, Select } from '@mantine/core'
import type { DatasetPreview } from '../../../shared/domain/dataset.ts'
import type { BadRowPolicy } from '../../../shared/domain/run-config.ts'
import { completeMapping, useFileImport } from '../../state/file-import.ts'
import { count, plural } from '../../ui/format.ts'
import { ClassBalance } from './class-balance.tsx'
import { Quality } from './quality.tsx'
import styles from './data.module.css'

const manyClasses = 20

export function PreviewForm({ preview }: { preview: DatasetPreview }) {
  const { mapping, remap, busy, confirm, cancel } = useFileImport()
  const complete = completeMapping(mapping)
  const columns = preview.columns.map((column) => ({ value: column, label: preview.hasHeader ? column : `column ${Number(column) + 1}` }))
  return (
    <>
      <div className={styles.mapping}>
        <MultiSelect
          label="Text columns"
          description="joined with a space, in this order"
          size="xs"
          data={columns}
          value={mapping.textColumns}
          onChange={(textColumns) => void remap({ ...mapping, textColumns })}
          error={mapping.textColumns.length === 0 ? 'Which column is the headline?' : undefined}
        />
        <Select
          label="Label column"
          description="the class of each row"
          size="xs"
          data={columns}
          value={mapping.labelColumn}
          onChange={(labelColumn) => void remap({ ...mapping, labelColumn })}
          error={
            mapping.labelColumn === null
              ? 'Which column is the label?'
              : mapping.textColumns.includes(mapping.labelColumn)
                ? 'A column cannot be both'
                : undefined
          }
        />
      </div>
      <SampleTable preview={preview} />
      {complete && (
        <div>
          <h3 className={styles.sub}>
            {plural(preview.rowCount, 'row')} in {plural(preview.labels.length, 'class', 'classes')}
          </h3>
          <ClassBalance labels={preview.labels.slice(0, manyClasses)} classCounts={preview.classCounts.slice(0, manyClasses)} />
          {preview.labels.length > manyClasses && (
            <p className={styles.format}>and {preview.labels.length - manyClasses} more: is this the label column?</p>
          )}
        </div>
      )}
      {complete && preview.quality && <Quality quality={preview.quality} />}
      {preview.badRowCount > 0 && <BadRows preview={preview} />}
      <div className={styles.buttons}>
        <Button size="xs" variant="default" onClick={cancel}>
          Cancel
        </Button>
        <Button size="xs" loading={busy} disabled={complete === null} onClick={() => void confirm()}>
          Import {count(preview.rowCount)} rows
        </Button>
      </div>
    </>
  )
}

function SampleTable({ preview }: { preview: DatasetPreview }) {
  const { mapping } = useFileImport()
  const roleOf = (column: string): 'label' | 'text' | undefined =>
    column === mapping.labelColumn ? 'label' : mapping.textColumns.includes(column) ? 'text' : undefined
  return (
    <div className={styles.sample} tabIndex={0} role="region" aria-label="First rows">
      <table className="lab-table" aria-label="First rows">
        <thead>
          <tr>
            {preview.columns.map((column) => (
              <th key={column} scope="col" data-role={roleOf(column)}>
                {preview.hasHeader ? column : `column ${Number(column) + 1}`}
                {roleOf(column) && ` (${roleOf(column)})`}
                <small> {preview.columnTypes[preview.columns.indexOf(column)]}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.sampleRows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column} data-role={roleOf(preview.columns[column] ?? '') ?? 'unused'} title={cell}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function BadRows({ preview }: { preview: DatasetPreview }) {
  const { badRows, badRowCount } = preview
  const { onBadRow, setOnBadRow } = useFileImport()
  return (
    <div className={styles.bad}>
      <p>
        <strong>{plural(badRowCount, 'row')} cannot be read</strong>
        {badRows.length < badRowCount && `, the first ${badRows.length} of them:`}
      </p>
      <ul>
        {badRows.map((row) => (
          <li key={row.line}>
            {preview.format === 'parquet' ? 'row' : 'line'} {row.line}: {row.reason}
          </li>
        ))}
      </ul>
      <SegmentedControl
        size="xs"
        aria-label="What to do with bad rows"
        value={onBadRow}
        onChange={(value) => setOnBadRow(value as BadRowPolicy)}
        data={[
          { value: 'skip', label: 'Skip them' },
          { value: 'refuse', label: 'Refuse the file' },
        ]}
      />
    </div>
  )
}
