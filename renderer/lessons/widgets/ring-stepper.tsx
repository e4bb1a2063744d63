/**
 * One ring all-reduce of the person's own gradient, round by round: what each rank holds in each segment, what it sends to
 * its neighbour, and how sums arise. Forwards and back with ← →.
 */
import { useState } from 'react'
import type { Probe } from '../../../shared/domain/workbench.ts'
import type { Evidence } from '../evidence.ts'
import { firstProbe, probesOf } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { lookOfRank, RankName } from './parts/legend.tsx'
import { readable } from './parts/numbers.ts'
import { Stepper } from './parts/stepper.tsx'
import { contributions } from './ring-contributions.ts'
import styles from './ring-stepper.module.css'

type RankTrace = Probe<'ring-trace'>

export function RingStepper({ evidence }: { evidence: Evidence }) {
  const result = evidence.result('ring-trace', 'measured')
  const [wanted, setAt] = useState(0)
  const first = firstProbe(result)
  if (!result || !first)
    return (
      <NotMeasured>The ranks will stand here with their own gradients, and you will step through every message between them.</NotMeasured>
    )
  const traces = probesOf(result).flatMap((probe) => (probe ? [probe] : []))
  const { worldSize } = result
  const rounds = first.rounds
  const at = Math.min(wanted, rounds.length)
  /** The round that is about to be done. */
  const next = rounds[at]
  const last = rounds[at - 1]
  const { factor, write } = readable(traces.flatMap(({ start, rounds: own }) => [...start, ...own.flatMap(({ after }) => after)]))
  const holds = (trace: RankTrace): readonly number[] => (at === 0 ? trace.start : trace.rounds[at - 1]!.after)
  const words =
    at === 0
      ? 'Before: every rank holds its own gradient.'
      : `Round ${at} of ${rounds.length}, ${last!.phase === 'reduceScatter' ? 'reduce-scatter: what arrived was added' : 'all-gather: what arrived was copied'}.${at === rounds.length ? ' Done: all ranks hold the same sums.' : ''}`
  return (
    <Frame
      title="Ring all-reduce"
      hint={`your gradient of ${first.parameter.replace('distilbert.transformer.', '')}${factor === 1 ? '' : `, times ${factor.toLocaleString('en')}`}`}
      summary={words}
      controls={<Stepper at={at} count={rounds.length + 1} words={`${at} / ${rounds.length}`} onChange={setAt} />}
      table={{
        head: ['round', 'phase', 'rank', 'sends chunk', 'to', 'values', 'receives chunk', 'values received', 'holds afterwards'],
        rows: rounds.flatMap((_, index) =>
          traces.map((trace, rank) => {
            const { phase, sends, receives, after } = trace.rounds[index]!
            return [
              index + 1,
              phase === 'reduceScatter' ? 'reduce-scatter' : 'all-gather',
              rank,
              sends.segment,
              sends.toRank,
              sends.values.map(write).join(' '),
              receives.segment,
              receives.values.map(write).join(' '),
              after.map(write).join(' '),
            ]
          }),
        ),
      }}
    >
      <div className={styles.board} style={{ gridTemplateColumns: `max-content repeat(${worldSize}, minmax(0, 1fr)) max-content` }}>
        <span />
        {first.segments.map((_, segment) => (
          <span key={segment} className={styles.head}>
            chunk {segment}
          </span>
        ))}
        <span />
        {traces.map((trace, rank) => (
          <div key={rank} className={styles.row}>
            <span className={styles.rank}>
              <RankName rank={rank} />
            </span>
            {trace.segments.map(([start, end], segment) => {
              const count = contributions(trace, segment, at, worldSize)
              const sends = next && trace.rounds[at]!.sends.segment === segment
              const came = last && trace.rounds[at - 1]!.receives.segment === segment
              return (
                <div
                  key={segment}
                  className={styles.chunk}
                  data-full={count === worldSize || undefined}
                  data-came={came || undefined}
                  data-sends={sends || undefined}
                >
                  <span className={styles.values}>
                    {holds(trace)
                      .slice(start, end)
                      .map((value, index) => (
                        <code key={index}>{write(value)}</code>
                      ))}
                  </span>
                  <span className={styles.meter} aria-label={`sum of ${count} of ${worldSize} ranks`}>
                    {Array.from({ length: worldSize }, (_, part) => (
                      <i
                        key={part}
                        style={
                          part < count ? { background: lookOfRank((rank - (count - 1) + part + worldSize) % worldSize).color } : undefined
                        }
                      />
                    ))}
                  </span>
                  {came && (
                    <small>
                      {last.phase === 'reduceScatter'
                        ? `+ from rank ${trace.rounds[at - 1]!.receives.fromRank}`
                        : `= from rank ${trace.rounds[at - 1]!.receives.fromRank}`}
                    </small>
                  )}
                </div>
              )
            })}
            <span className={styles.sending}>
              {next ? (
                <>
                  sends chunk {trace.rounds[at]!.sends.segment}
                  <br />→ rank {trace.rounds[at]!.sends.toRank}
                </>
              ) : (
                'done'
              )}
            </span>
          </div>
        ))}
      </div>
      <p className={styles.key}>
        The small bars under a chunk say how many ranks’ gradients are in it; green chunks hold the full sum. A thick frame: it leaves in
        the next round. Shaded: it has just arrived.
      </p>
      <details className={styles.texts}>
        <summary>Whose gradients are these?</summary>
        {traces.map(({ texts }, rank) => (
          <p key={rank}>
            <RankName rank={rank} /> {texts.join(' · ')}
          </p>
        ))}
      </details>
    </Frame>
  )
}
