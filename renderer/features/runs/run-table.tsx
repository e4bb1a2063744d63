/** Runs as a table; the title of a row opens it. Used by the home (compact) and by the list of runs. */
import { ActionIcon } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { modelTitle } from '../../../shared/domain/run-config.ts'
import type { RunSummary } from '../../../shared/domain/run.ts'
import { isActive } from '../../state/runs.ts'
import { dateTime, duration, fixed, percent } from '../../ui/format.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { go, href } from '../../ui/route.ts'
import { StateBadge } from '../../ui/run-state.tsx'
import { dataTitle, runTitle } from '../run-panel/run-title.ts'
import styles from './run-table.module.css'

interface RunTableProps {
  runs: RunSummary[]
  compact?: boolean
  onRemove?: (run: RunSummary) => void
}

export function RunTable({ runs, compact = false, onRemove }: RunTableProps) {
  return (
    <table className={`lab-table ${styles.table}`}>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">State</th>
          {!compact && <th scope="col">Model</th>}
          <th scope="col">Data</th>
          <th scope="col" className="num">
            Ranks
          </th>
          <th scope="col" className="num">
            Steps
          </th>
          <th scope="col" className="num">
            Accuracy
          </th>
          <th scope="col" className="num">
            Loss
          </th>
          {!compact && (
            <th scope="col" className="num">
              Duration
            </th>
          )}
          <th scope="col" className="num">
            Started
          </th>
          {onRemove && <th scope="col" aria-label="Actions" />}
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => {
          const { record, lastEpoch } = run
          return (
            <tr key={record.id} onClick={() => go('runs', record.id)}>
              <th scope="row" className={styles.name}>
                <a href={href('runs', record.id)} onClick={(event) => event.stopPropagation()}>
                  {runTitle(record)}
                </a>{' '}
                {record.imported && <ProvenanceTag provenance="imported" />}
              </th>
              <td>
                <StateBadge state={record.state} bare />
              </td>
              {!compact && <td>{modelTitle(record.config)}</td>}
              <td className={styles.data}>{dataTitle(record)}</td>
              <td className="num">{record.config.worldSize}</td>
              <td className="num">
                {run.lastStep}
                {record.totalSteps !== null && <span className={styles.of}> / {record.totalSteps}</span>}
              </td>
              <td className="num">{percent(lastEpoch?.validationAccuracy)}</td>
              <td className="num">{fixed(run.lastLoss, 3)}</td>
              {!compact && <td className="num">{runDuration(run)}</td>}
              <td className="num">{dateTime(record.createdAt)}</td>
              {onRemove && (
                <td className="num">
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="sm"
                    aria-label={`Remove ${runTitle(record)}`}
                    disabled={isActive(record)}
                    onClick={(event) => {
                      event.stopPropagation()
                      onRemove(run)
                    }}
                  >
                    <IconTrash size={15} aria-hidden />
                  </ActionIcon>
                </td>
              )}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/** From start to end; a resumed run counts what its attempts trained, not the days between them. */
function runDuration({ record, lastEpoch }: RunSummary): string {
  if (record.attempt > 1) return duration(lastEpoch?.elapsedMs)
  return record.endedAt === null ? '–' : duration(Date.parse(record.endedAt) - Date.parse(record.createdAt))
}
