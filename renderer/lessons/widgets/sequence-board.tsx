/**
 * Which collective each rank called, in the order of the calls. Calls in one column meet; where a rank has none, the others
 * wait for it. For any program: the ranks' own records.
 */
import type { ProgramResult } from '../../../shared/domain/workbench.ts'
import { firstDisagreement } from '../../../shared/lessons/collectives.ts'
import { RankName } from './parts/legend.tsx'
import styles from './sequence-board.module.css'

type AnyResult = Pick<ProgramResult, 'ranks'>
type Rank = AnyResult['ranks'][number]
type Call = Rank['collectives'][number]

const words: Record<Call['kind'], string> = { allReduce: 'all-reduce', broadcast: 'broadcast', barrier: 'barrier' }
const outcomes: Record<Rank['outcome'], string> = {
  finished: 'finished',
  failed: 'gave up with an error',
  died: 'its process was gone',
  ended: 'was still waiting when time was up',
}
/** More columns than this tell no more. */
const mostShown = 14

export function SequenceBoard({ result }: { result: AnyResult }) {
  const longest = Math.max(...result.ranks.map(({ collectives }) => collectives.length))
  const disagreement = firstDisagreement(result.ranks)
  // The end is where things go wrong; a long harmless beginning is left out.
  const from = Math.max(0, Math.min(longest - mostShown, (disagreement ?? 0) - mostShown + 3))
  const shown = Math.min(mostShown, longest - from)
  return (
    <div className={styles.board} role="group" aria-label="Collectives by rank">
      {from > 0 && <p className={styles.left}>The first {from} calls were the same on all ranks.</p>}
      {result.ranks.map(({ rank, collectives, outcome, activity }) => (
        <div key={rank} className={styles.row}>
          <RankName rank={rank} />
          {outcome === 'died' && collectives.length === 0 ? (
            <p className={styles.gone}>no report: a dead process says nothing</p>
          ) : (
            <ol className={styles.calls} style={{ gridTemplateColumns: `repeat(${shown}, minmax(62px, 1fr))` }}>
              {Array.from({ length: shown }, (_, index) => {
                const place = from + index
                const call = collectives[place]
                if (!call) return <li key={place} className={styles.call} data-absent aria-label={`call ${place + 1}: none`} />
                const stuck = call.endMs === null
                return (
                  <li
                    key={place}
                    className={styles.call}
                    data-kind={call.kind}
                    data-stuck={stuck || undefined}
                    data-odd={place === disagreement || undefined}
                  >
                    <b>{words[call.kind]}</b>
                    <span>{call.kind === 'barrier' ? 'nothing' : bytesOf(call.bytes)}</span>
                    <i>{stuck ? 'never came out' : `${((call.endMs ?? 0) - call.startMs).toFixed(1)} ms`}</i>
                  </li>
                )
              })}
            </ol>
          )}
          <span className={styles.outcome} data-outcome={outcome}>
            {outcomes[outcome]}
            {outcome !== 'finished' && activity !== '' && ` (last seen: ${activity})`}
          </span>
        </div>
      ))}
    </div>
  )
}

export function collectivesTable(result: AnyResult) {
  return {
    head: ['rank', 'call', 'collective', 'step', 'bucket', 'bytes', 'began at ms', 'took ms'],
    rows: result.ranks.flatMap(({ rank, collectives }) =>
      collectives.map(({ kind, step, bucket, bytes, startMs, endMs }, index) => [
        rank,
        index + 1,
        words[kind],
        step,
        bucket,
        bytes,
        startMs,
        endMs === null ? 'never came out' : (endMs - startMs).toFixed(2),
      ]),
    ),
  }
}

const bytesOf = (bytes: number): string =>
  bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : bytes >= 1e3 ? `${(bytes / 1e3).toFixed(0)} kB` : `${bytes} B`
