/** One rank: its state, its process, what it does per second, and how its last step was spent. */
import { IconHourglassLow } from '@tabler/icons-react'
import type { RankStep } from '../../../shared/domain/metrics.ts'
import type { RankStatus } from '../../../shared/domain/run.ts'
import { bytes, figure } from '../../ui/format.ts'
import { StateBadge } from '../../ui/run-state.tsx'
import { phases, rankLook } from '../live-charts/rank-look.ts'
import styles from './rank-card.module.css'

interface RankCardProps {
  status: RankStatus
  step: RankStep | null
  small: boolean
}

export function RankCard({ status, step, small }: RankCardProps) {
  const { color, label } = rankLook(status.rank)
  const facts: [string, string][] = [
    ['pid', status.pid === null ? '–' : String(status.pid)],
    ['device', status.device],
    ['step', String(status.step)],
    ['samples/s', figure(status.samplesPerSec)],
    ['memory', bytes(status.rssBytes)],
  ]
  return (
    <article
      className={styles.card}
      style={{ borderTopColor: color }}
      data-small={small || undefined}
      data-trouble={troubleOf(status)}
      aria-label={label}
    >
      <header className={styles.header}>
        <strong>{label}</strong>
        {status.slowdown === null ? <StateBadge state={status.state} bare /> : <SlowBadge slowdown={status.slowdown} />}
      </header>
      {small ? (
        <p className={styles.brief} title={status.device}>
          pid {status.pid ?? '–'} · step {status.step}
          <br />
          {figure(status.samplesPerSec)}/s · {bytes(status.rssBytes)}
        </p>
      ) : (
        <dl className={styles.facts}>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd title={value}>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {step && !small && <PhaseBar step={step} />}
    </article>
  )
}

/** Frames the card: it failed first, or is about to. */
const troubleOf = ({ first, state, slowdown }: RankStatus): 'bad' | 'warn' | undefined =>
  first ? 'bad' : state === 'suspect' || slowdown !== null ? 'warn' : undefined

function SlowBadge({ slowdown }: { slowdown: number }) {
  return (
    <span className={styles.slow}>
      <IconHourglassLow size={13} aria-hidden />
      {slowdown.toFixed(1)}× slower
    </span>
  )
}

function PhaseBar({ step }: { step: RankStep }) {
  const total = phases.reduce((sum, phase) => sum + step.phases[phase.key], 0)
  const words = phases.map((phase) => `${phase.label} ${figure(step.phases[phase.key])} ms`).join(', ')
  return (
    <div className={styles.phases} role="img" aria-label={`Last step: ${words}`} title={`Last step: ${words}`}>
      {phases.map((phase) => (
        <span key={phase.key} style={{ width: `${(step.phases[phase.key] / total) * 100}%`, background: phase.color }} />
      ))}
    </div>
  )
}
