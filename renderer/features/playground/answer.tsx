/** The answer: a bar for every label, of one model or of two side by side, how long it took, which weights gave it. */
import { VisuallyHidden } from '@mantine/core'
import { useEffect, useState } from 'react'
import { domainNotes } from '../../../shared/domain/domain-notes.ts'
import type { Prediction } from '../../../shared/domain/prediction.ts'
import { isCurrent, usePlayground } from '../../state/playground.ts'
import { figure, percent, points } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { href } from '../../ui/route.ts'
import { CodeDialog } from './code-dialog.tsx'
import { CorrectAnswer } from './correct-answer.tsx'
import type { Titles } from './one-headline.tsx'
import styles from './playground.module.css'

/** An answer on the screen. `stale`: to another text, or of another model, than what the screen says. */
interface Shown {
  prediction: Prediction
  stale: boolean
}

function useShown(slot: 'first' | 'second'): Shown | null {
  const { text, choice, answer } = usePlayground()
  const prediction = answer[slot].value
  if (prediction === null || choice[slot] === null || text.trim() === '') return null
  return { prediction, stale: !isCurrent(answer[slot], text, choice[slot]) }
}

export function Answer({ labels, titles }: { labels: string[]; titles: Titles }) {
  const first = useShown('first')
  const second = useShown('second')
  const comparing = titles.second !== null
  const settled = first !== null && !first.stale
  return (
    <Panel title="Answer" actions={<CodeDialog />}>
      <div className={styles.verdicts} data-comparing={comparing || undefined}>
        <Verdict shown={first} slot="first" title={comparing ? titles.first : null} />
        {comparing && <Verdict shown={second} slot="second" title={titles.second} />}
      </div>
      {comparing && <Agreement first={first} second={second} />}
      <Announcement shown={first} />
      <Bars labels={labels} first={first} second={comparing ? second : undefined} />
      {settled && <DomainNotes prediction={first.prediction} />}
      {settled && <CorrectAnswer key={first.prediction.text} prediction={first.prediction} />}
      {first && <Facts shown={[first, comparing ? second : null]} titles={titles} />}
    </Panel>
  )
}

function Verdict({ shown, slot, title }: { shown: Shown | null; slot: 'first' | 'second'; title: string | null }) {
  const { text, answer } = usePlayground()
  const { pending, error } = answer[slot]
  const missing = pending ? '…' : error ? 'no answer to this text' : 'not asked: Ctrl+Enter asks'
  return (
    <div className={styles.verdict} data-stale={shown?.stale ? (pending ? 'waiting' : 'left') : undefined} aria-busy={pending}>
      {title !== null && (
        <p className={styles.whose}>
          <span className={styles.swatch} data-slot={slot} aria-hidden />
          <span title={title}>{title}</span>
        </p>
      )}
      <p className={styles.says}>
        {text.trim() === '' ? (
          <span>Type a headline, or choose one above.</span>
        ) : shown === null ? (
          <span>{missing}</span>
        ) : (
          <>
            <strong>{shown.prediction.label}</strong>
            <span>{shown.stale ? missing : `${percent(shown.prediction.confidence)} sure`}</span>
          </>
        )}
      </p>
    </div>
  )
}

function Agreement({ first, second }: { first: Shown | null; second: Shown | null }) {
  const ready = first && second && !first.stale && !second.stale
  const agree = ready && first.prediction.label === second.prediction.label
  return (
    <p className={styles.agreement} data-differ={(ready && !agree) || undefined}>
      {!ready ? '…' : agree ? 'Both give the same answer.' : `They differ: ${first.prediction.label} or ${second.prediction.label}?`}
    </p>
  )
}

const quietMs = 700

/** Told to a screen reader once typing has paused, not with every key. */
function Announcement({ shown }: { shown: Shown | null }) {
  const [said, say] = useState('')
  const words = shown && !shown.stale ? `Answer: ${shown.prediction.label}, ${percent(shown.prediction.confidence)}.` : ''
  useEffect(() => {
    if (words === '') return
    const timer = setTimeout(() => say(words), quietMs)
    return () => clearTimeout(timer)
  }, [words])
  return <VisuallyHidden aria-live="polite">{said}</VisuallyHidden>
}

interface BarsProps {
  labels: string[]
  first: Shown | null
  /** Undefined: nothing is compared. */
  second: Shown | null | undefined
}

function Bars({ labels, first, second }: BarsProps) {
  const named = [first?.prediction.probabilities ?? labels.map((label) => ({ label })), second?.prediction.probabilities ?? []]
  const all = [...new Set(named.flat().map(({ label }) => label))]
  const stale = first?.stale || second?.stale
  const of = (shown: Shown | null | undefined, label: string): number | null =>
    shown?.prediction.probabilities.find((candidate) => candidate.label === label)?.probability ?? null
  return (
    <ul
      className={styles.bars}
      aria-label="Probabilities"
      data-stale={stale || undefined}
      data-comparing={second !== undefined || undefined}
    >
      {all.map((label) => {
        const one = of(first, label)
        const two = of(second, label)
        return (
          <li key={label} data-best={label === first?.prediction.label || undefined}>
            <span className={styles.label} title={label}>
              {label}
            </span>
            <div className={styles.tracks} aria-hidden>
              <Track share={one} slot="first" />
              {second !== undefined && <Track share={two} slot="second" />}
            </div>
            <span className={styles.share}>
              <span>{percent(one)}</span>
              {second !== undefined && <span>{percent(two)}</span>}
            </span>
            {second !== undefined && <Difference one={one} two={two} />}
          </li>
        )
      })}
    </ul>
  )
}

const Track = ({ share, slot }: { share: number | null; slot: 'first' | 'second' }) => (
  <div className={styles.track} data-slot={slot}>
    <span style={{ width: `${(share ?? 0) * 100}%` }} />
  </div>
)

/** From this many points on a difference is set in bold. */
const largePoints = 10

function Difference({ one, two }: { one: number | null; two: number | null }) {
  if (one === null || two === null) return <span className={styles.difference}>–</span>
  const large = Math.abs(two - one) * 100 >= largePoints
  return (
    <span className={styles.difference} data-large={large || undefined} title="Second minus first, percentage points">
      {points(two - one)} pts
    </span>
  )
}

function DomainNotes({ prediction }: { prediction: Prediction }) {
  const tokensPerTrainingRow = usePlayground((state) => state.facts.value?.tokensPerTrainingRow ?? null)
  const notes = domainNotes(prediction, tokensPerTrainingRow)
  if (notes.length === 0) return null
  return (
    <ul className={styles.notes} aria-label="How this text differs from the training">
      {notes.map(({ kind, fact, meaning }) => (
        <li key={kind}>
          <strong>{fact}</strong> {meaning}
        </li>
      ))}
    </ul>
  )
}

function Facts({ shown, titles }: { shown: (Shown | null)[]; titles: Titles }) {
  return (
    <dl className={styles.facts}>
      {shown.map((one, index) => {
        if (!one) return null
        const { checkpoint, latencyMs } = one.prediction
        const place = [
          checkpoint.step === null ? null : `step ${checkpoint.step}`,
          checkpoint.epoch === null ? null : `epoch ${checkpoint.epoch + 1}`,
        ].filter((part) => part !== null)
        return (
          <div key={index} data-stale={one.stale || undefined}>
            <dt>Latency</dt>
            <dd>
              {figure(latencyMs)} ms <ProvenanceTag provenance="measured" />
            </dd>
            <dt>Answered by</dt>
            <dd>
              <span>
                <a href={href('runs', checkpoint.modelId)}>{index === 0 ? titles.first : titles.second}</a>
                {place.length > 0 && `, ${place.join(', ')}`} <span className="mono">{checkpoint.checkpoint}</span>
              </span>
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
