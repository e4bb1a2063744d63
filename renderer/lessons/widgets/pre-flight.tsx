/** What was looked at before the first step, and what was found. */
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import type { Evidence } from '../evidence.ts'
import { probesOf } from '../evidence.ts'
import { useArm } from './parts/arm-switch.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { RankName } from './parts/legend.tsx'
import styles from './pre-flight.module.css'

const questions = {
  address: 'Is the meeting place free?',
  device: 'Has every rank a device of its own?',
  threads: 'Are there as many threads as cores?',
}

export function PreFlight({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'pre-flight', ['port-busy', 'one-device', 'too-many-threads', 'fixed'], {
    'port-busy': 'port busy',
    'one-device': 'one device for two',
    'too-many-threads': 'too many threads',
    fixed: 'all well',
  })
  if (!result) return <NotMeasured>Every check gets a line here, with what it saw.</NotMeasured>
  const probes = probesOf(result).flatMap((probe, rank) => (probe ? [{ ...probe, rank }] : []))
  const rows = probes.flatMap(({ rank, checks }) => checks.map((check) => ({ ...check, rank })))
  const bad = rows.filter(({ ok }) => !ok)
  return (
    <Frame
      title="Before the first step"
      hint={`${result.worldSize} ranks`}
      summary={
        bad.length === 0
          ? 'Every check passed.'
          : `${bad.length} of ${rows.length} checks found something: ${[...new Set(bad.map(({ name }) => name))].join(', ')}.`
      }
      controls={control}
      table={{
        head: ['rank', 'check', 'passed', 'seen'],
        rows: rows.map(({ rank, name, ok, seen }) => [rank, name, ok ? 'yes' : 'no', seen]),
      }}
    >
      <ul className={styles.checks}>
        {rows.map(({ rank, name, ok, seen }) => (
          <li key={`${rank} ${name}`} data-bad={!ok || undefined}>
            {ok ? <IconCheck size={17} aria-label="passed" /> : <IconAlertTriangle size={17} aria-label="not passed" />}
            <RankName rank={rank} />
            <strong>{questions[name]}</strong>
            <span>{seen}</span>
          </li>
        ))}
      </ul>
      {result.ranks.flatMap(({ rank, error }) =>
        error
          ? [
              <p key={rank} className={styles.error}>
                <RankName rank={rank} /> said: <strong>{error.title}.</strong> {error.cause}
              </p>,
            ]
          : [],
      )}
    </Frame>
  )
}
