/** Who waits for whom, in which collective, for how long, against the deadline. Drawn from the ranks' own records. */
import type { ProgramResult } from '../../../shared/domain/workbench.ts'
import { RankName } from './parts/legend.tsx'
import styles from './wait-board.module.css'

type AnyResult = Pick<ProgramResult, 'ranks' | 'durationMs'>

export interface Wait {
  rank: number
  /** Ranks that are not in the same call. */
  forRanks: number[]
  collective: string
  sinceMs: number
  waitedMs: number
}

const words = { allReduce: 'an all-reduce', broadcast: 'a broadcast', barrier: 'a barrier' }

/** A rank waits if its last collective never ended; for those who did not come to that call. */
export function waitsOf({ ranks, durationMs }: AnyResult): Wait[] {
  return ranks.flatMap(({ rank, collectives }) => {
    const last = collectives.at(-1)
    if (!last || last.endMs !== null) return []
    const place = collectives.length - 1
    const forRanks = ranks
      .filter((other) => {
        const theirs = other.collectives[place]
        return other.rank !== rank && (other.outcome === 'died' || !theirs || theirs.kind !== last.kind || theirs.step !== last.step)
      })
      .map((other) => other.rank)
    return [
      {
        rank,
        forRanks,
        collective: `${words[last.kind]} of step ${last.step}`,
        sinceMs: last.startMs,
        waitedMs: Math.max(0, durationMs - last.startMs),
      },
    ]
  })
}

export function WaitBoard({ result, deadlineMs }: { result: AnyResult; deadlineMs: number }) {
  const waits = waitsOf(result)
  const failures = result.ranks.flatMap(({ rank, error, outcome }) => (error ? [{ rank, error, said: outcome !== 'died' }] : []))
  if (waits.length === 0 && failures.length === 0)
    return <p className={styles.calm}>Nobody waits for anybody: every collective that was begun has ended.</p>
  return (
    <section className={styles.board} aria-label="Who waits for whom">
      <h3 className={styles.heading}>Who waits for whom</h3>
      <ul className={styles.waits}>
        {waits.map(({ rank, forRanks, collective, waitedMs }) => (
          <li key={rank}>
            <RankName rank={rank} />
            <span className={styles.arrow}>waits in {collective} for</span>
            <span className={styles.names}>
              {forRanks.length === 0 ? 'a rank that had come, but failed' : forRanks.map((other) => <RankName key={other} rank={other} />)}
            </span>
            <span className={styles.clock} title={`deadline ${deadlineMs} ms`}>
              <span style={{ width: `${Math.min(100, (waitedMs / Math.max(deadlineMs, waitedMs)) * 100)}%` }} />
              <i style={{ left: `${Math.min(100, (deadlineMs / Math.max(deadlineMs, waitedMs)) * 100)}%` }} />
            </span>
            <span className={styles.time}>{(waitedMs / 1000).toFixed(1)} s</span>
          </li>
        ))}
      </ul>
      {failures.map(({ rank, error, said }) => (
        <p key={rank} className={styles.error}>
          <RankName rank={rank} /> {said ? 'said' : 'seen from outside'}: <strong>{error.title}.</strong> {error.cause}
        </p>
      ))}
    </section>
  )
}
