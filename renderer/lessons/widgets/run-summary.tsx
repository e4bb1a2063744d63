/** A real training run: its ranks, its epochs, what was saved and what went wrong, with the way to its own screen. */
import { Button } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import type { RecordedRun } from '../../../shared/lessons/run-checks.ts'
import type { Evidence } from '../evidence.ts'
import { duration, percent, plural } from '../../ui/format.ts'
import { href } from '../../ui/route.ts'
import { StateBadge } from '../../ui/run-state.tsx'
import { ReportButtons } from '../../features/learn/report-buttons.tsx'
import { DataTable, Frame, NotMeasured } from './parts/frame.tsx'
import { RankName, lookOfRank } from './parts/legend.tsx'
import { LinePlot } from './parts/line-plot.tsx'
import styles from './run-summary.module.css'

interface RunSummaryProps {
  evidence: Evidence
  /** The run’s own. */
  name: string
  /** Offers the report as a file. */
  exports?: boolean
}

export function RunSummary({ evidence, name, exports = false }: RunSummaryProps) {
  const run = evidence.run(name)
  if (!run)
    return (
      <NotMeasured>The run will be shown here while it goes: its ranks, its loss, its epochs, and what happened on the way.</NotMeasured>
    )
  const { record, ranks, epochs, steps } = run
  const last = steps.at(-1)
  return (
    <Frame
      title="Your run"
      hint={record.id}
      summary={summaryOf(run)}
      controls={
        <>
          <StateBadge state={record.state} />
          <Button
            component="a"
            href={href('runs', record.id)}
            size="compact-xs"
            variant="default"
            leftSection={<IconExternalLink size={13} aria-hidden />}
          >
            Open it
          </Button>
          {exports && epochs.length > 0 && <ReportButtons runId={record.id} />}
        </>
      }
      table={{
        head: ['step', 'loss of all ranks', ...ranks.map(({ rank }) => `rank ${rank}`)],
        rows: steps.map((step) => [step.step, step.globalLoss, ...step.ranks.map(({ localLoss }) => localLoss)]),
      }}
    >
      <ul className={styles.ranks}>
        {ranks.map(({ rank, pid, device, state, error, first }) => (
          <li key={rank} data-first={first || undefined}>
            <RankName rank={rank} />
            <span className={styles.fact}>{pid === null ? 'no process' : `process ${pid}`}</span>
            <span className={styles.fact}>{device}</span>
            <StateBadge state={state} bare />
            {error && <span className={styles.error}>{error.title}</span>}
          </li>
        ))}
      </ul>
      {record.incidents.length > 0 && (
        <ol className={styles.incidents}>
          {record.incidents.map((incident) => (
            <li key={incident.at}>
              <strong>{incident.error.title}.</strong> First cause: rank {incident.rank}, at step {incident.step}. Went on from step{' '}
              {incident.resumedFromStep} with {plural(incident.worldSize, 'rank')}.
            </li>
          ))}
        </ol>
      )}
      {last && (
        <LinePlot
          label="Loss by step"
          xLabel="step"
          yLabel="loss"
          height={190}
          series={[
            ...ranks.map(({ rank }) => ({
              ...lookOfRank(rank),
              points: steps.flatMap((step) =>
                step.ranks.filter((own) => own.rank === rank).map(({ localLoss }) => ({ x: step.step, y: localLoss })),
              ),
            })),
            {
              label: 'all ranks',
              color: 'var(--ink)',
              bold: true,
              points: steps.map(({ step, globalLoss }) => ({ x: step, y: globalLoss })),
            },
          ]}
        />
      )}
      {epochs.length > 0 && (
        <div style={{ marginTop: 10 }}>
          <DataTable
            title="Epochs"
            table={{
              head: ['epoch', 'training loss', 'validation loss', 'validation accuracy', 'rows', 'checkpoint'],
              rows: epochs.map(({ epoch, trainLoss, validationLoss, validationAccuracy, validationCount, checkpoint }) => [
                epoch + 1,
                trainLoss,
                validationLoss,
                percent(validationAccuracy),
                validationCount,
                checkpoint ?? 'none',
              ]),
            }}
          />
        </div>
      )}
    </Frame>
  )
}

function summaryOf({ record, epochs, steps }: RecordedRun): string {
  const last = steps.at(-1)
  if (!last) return 'The ranks are starting.'
  const done = `${last.step} updates in ${duration(last.elapsedMs)}`
  const best = epochs.at(-1)
  const valid = best ? `, validation accuracy ${percent(best.validationAccuracy)} after epoch ${best.epoch + 1}` : ''
  const failures =
    record.incidents.length > 0 ? `; ${record.incidents.length === 1 ? 'one failure' : `${record.incidents.length} failures`} survived` : ''
  return `${done}${valid}${failures}.`
}
