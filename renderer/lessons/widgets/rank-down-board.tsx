/** A rank that dies, hangs or is slow: what the others were doing, and where each step's time went. */
import { median } from '../../../shared/domain/series.ts'
import { findCulprit } from '../../../shared/lessons/checks/sync-experiments.ts'
import type { Evidence } from '../evidence.ts'
import { probesOf } from '../evidence.ts'
import { useArm } from './parts/arm-switch.tsx'
import { Bars } from './parts/bars.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { RankName } from './parts/legend.tsx'
import styles from './modes.module.css'
import { collectivesTable, SequenceBoard } from './sequence-board.tsx'
import { WaitBoard } from './wait-board.tsx'

const computing = { label: 'computing', color: 'var(--phase-compute)' }
const waiting = { label: 'waiting in the all-reduce', color: 'var(--phase-all-reduce)' }

export function RankDownBoard({ evidence }: { evidence: Evidence }) {
  const { result, arm, control } = useArm(evidence, 'rank-down', ['dies', 'hangs', 'slow', 'healthy'])
  if (!result)
    return <NotMeasured>You will see which rank was missing, who waited for it, and the last collective that all ranks shared.</NotMeasured>
  const { culprit, deadlineMs } = result.input
  const times = probesOf(result).flatMap((probe, rank) =>
    probe && probe.steps.length > 0
      ? [
          {
            rank,
            compute: median(probe.steps.map(({ computeMs }) => computeMs)) ?? 0,
            wait: median(probe.steps.map(({ waitMs }) => waitMs)) ?? 0,
          },
        ]
      : [],
  )
  const last = findCulprit(result)?.lastCommon
  const shared = last ? `The last collective that the others finished was the all-reduce of step ${last.step}.` : ''
  const words = {
    healthy: 'All ranks are about as fast: they wait for each other a little, and none stands out.',
    slow: `Rank ${culprit} computes long and waits little; the others compute little and wait long. The slow rank is the one that does not wait.`,
    hangs: `Rank ${culprit} lives, but never came to its next collective. ${shared}`,
    dies: `Rank ${culprit}’s process was gone; it could report nothing. ${shared}`,
  }
  return (
    <Frame
      title="What the ranks saw"
      hint={`culprit: rank ${culprit}`}
      summary={words[arm]}
      controls={control}
      table={collectivesTable(result)}
    >
      <SequenceBoard result={result} />
      {times.length > 0 && (arm === 'slow' || arm === 'healthy') && (
        <div className={styles.mask}>
          <h3 className={styles.heading}>A step’s time on each rank, median</h3>
          <Bars
            legend
            bars={times.map(({ rank, compute, wait }) => ({
              label: <RankName rank={rank} />,
              name: `rank ${rank}`,
              parts: [
                { value: compute, look: computing },
                { value: wait, look: waiting },
              ],
              text: `${compute.toFixed(0)} + ${wait.toFixed(0)} ms`,
            }))}
          />
        </div>
      )}
      <WaitBoard result={result} deadlineMs={deadlineMs} />
    </Frame>
  )
}
