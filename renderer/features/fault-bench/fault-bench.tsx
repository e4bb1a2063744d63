/** Breaks a rank of one's own run on purpose, says beforehand what to expect, and leaves the watching to the rank map. */
import { Collapse, SegmentedControl, UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { Fault } from '../../../shared/domain/fault.ts'
import type { RankStatus, RunRecord } from '../../../shared/domain/run.ts'
import { useRunViews } from '../../state/run-view.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { Panel } from '../../ui/panel.tsx'
import styles from './fault-bench.module.css'
import { afterFailure, benchFaults } from './faults.ts'

interface FaultBenchProps {
  record: RunRecord
  ranks: RankStatus[]
  onError: (error: LabErrorInfo | null) => void
}

const breakable: readonly RankStatus['state'][] = ['training', 'evaluating', 'saving', 'ready', 'suspect']

export function FaultBench({ record, ranks, onError }: FaultBenchProps) {
  const [open, setOpen] = useState(false)
  return (
    <Panel
      title="Fault bench"
      hint="break a rank on purpose"
      actions={
        <UnstyledButton className={styles.toggle} onClick={() => setOpen(!open)} aria-expanded={open} aria-controls="fault-bench">
          <IconChevronRight size={15} aria-hidden data-open={open || undefined} />
          {open ? 'Close' : 'Open'}
        </UnstyledButton>
      }
      flush
    >
      <Collapse expanded={open} id="fault-bench" transitionDuration={120} keepMounted={false}>
        {/* Another attempt has other processes: what was done to the old ones is over. */}
        <Bench key={record.attempt} record={record} ranks={ranks} onError={onError} />
      </Collapse>
    </Panel>
  )
}

function Bench({ record, ranks, onError }: FaultBenchProps) {
  const [chosen, setChosen] = useState<Fault>('kill')
  /** Faults that can be taken back, by rank. */
  const [standing, setStanding] = useState<ReadonlySet<string>>(new Set())
  const bench = benchFaults.find(({ fault }) => fault === chosen) ?? benchFaults[0]!
  const { maxRestarts, elastic } = record.config
  const inject = async (rank: number, undoing: boolean): Promise<void> => {
    const fault = undoing && bench.undo ? bench.undo.fault : bench.fault
    await useRunViews.getState().injectFault(record.id, rank, fault)
    if (bench.undo === null) return
    const next = new Set(standing)
    if (undoing) next.delete(`${bench.fault} ${rank}`)
    else next.add(`${bench.fault} ${rank}`)
    setStanding(next)
  }
  return (
    <div className={styles.bench}>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="Fault"
        data={benchFaults.map(({ fault, title }) => ({ value: fault, label: title }))}
        value={chosen}
        onChange={(value) => setChosen(value as Fault)}
      />
      <p className={styles.expect}>
        <strong>What to expect:</strong> {bench.expect(afterFailure(maxRestarts, elastic), ranks.length === 1)}
      </p>
      <div className={styles.ranks}>
        {ranks.map(({ rank, state }) => {
          const undoing = standing.has(`${bench.fault} ${rank}`)
          return (
            <ActionButton
              key={rank}
              size="compact-xs"
              variant={undoing ? 'filled' : 'default'}
              action={() => inject(rank, undoing)}
              onError={onError}
              disabled={!breakable.includes(state)}
            >
              {undoing && bench.undo ? bench.undo.title : bench.title} rank {rank}
            </ActionButton>
          )
        })}
      </div>
    </div>
  )
}
