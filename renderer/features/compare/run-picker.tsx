/** Every run of the lab, to be taken into the comparison or out of it. */
import { Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { RunSummary } from '../../../shared/domain/run.ts'
import { dateTime } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { go } from '../../ui/route.ts'
import { StateBadge } from '../../ui/run-state.tsx'
import { runTitle } from '../run-panel/run-title.ts'
import { withoutRun, withRun } from './chosen.ts'
import type { Chosen } from './chosen.ts'
import styles from './compare.module.css'
import { lookOf, mostRuns } from './run-look.ts'
import { RunName } from './run-name.tsx'

/** A longer list can be searched. */
const shortList = 8

export function RunPicker({ runs, chosen }: { runs: readonly RunSummary[]; chosen: readonly Chosen[] }) {
  const [search, setSearch] = useState('')
  const wanted = search.trim().toLowerCase()
  const found = runs.filter(({ record }) => `${runTitle(record)} ${record.id}`.toLowerCase().includes(wanted))
  return (
    <Panel title="Runs" hint={`${chosen.length} of at most ${mostRuns}`} className={styles.picker}>
      {runs.length > shortList && (
        <TextInput
          size="xs"
          mb={8}
          aria-label="Find a run"
          placeholder="Find a run"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <ul className={styles.runs}>
        {found.map(({ record }) => {
          const place = chosen.find(({ id }) => id === record.id)?.place
          return (
            <li key={record.id}>
              <Checkbox
                size="xs"
                classNames={{ body: styles.pickerBody!, labelWrapper: styles.pickerLabel!, label: styles.pickerText! }}
                checked={place !== undefined}
                disabled={place === undefined && chosen.length >= mostRuns}
                onChange={(event) => go('compare', (event.currentTarget.checked ? withRun : withoutRun)(chosen, record.id))}
                label={
                  <>
                    <RunName look={place === undefined ? null : lookOf(place)} name={runTitle(record)} />
                    <span className={styles.when}>
                      {dateTime(record.createdAt)}
                      {record.state !== 'done' && <StateBadge state={record.state} bare />}
                      {record.imported && <ProvenanceTag provenance="imported" />}
                    </span>
                  </>
                }
              />
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
