/** The words of the headline, tinted by how much of the answer each bears; the same as a table. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { CSSProperties } from 'react'
import type { Attribution } from '../../../shared/domain/prediction.ts'
import { maxMeasuredWords, wordsOf } from '../../../shared/domain/words.ts'
import { isCurrent, measuredByItself, usePlayground } from '../../state/playground.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { count, duration, plural, points } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import styles from './word-effects.module.css'

export function WordEffects() {
  const { text, choice, answer, attribution, measureWords, cancel } = usePlayground()
  const [asTable, setAsTable] = useState(false)
  const current = isCurrent(attribution, text, choice.first) ? attribution.value : null
  const answered = isCurrent(answer.first, text, choice.first)
  if (text.trim() === '')
    return (
      <Panel title="Which words decide">
        <p className={styles.hint}>Each word is left out in turn; how much the answer loses by it is its weight.</p>
      </Panel>
    )
  const wordCount = wordsOf(text).length
  const asked = Math.min(wordCount, maxMeasuredWords)
  return (
    <Panel
      title="Which words decide"
      hint={current ? `for ${current.label}` : undefined}
      actions={
        current && (
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => setAsTable(!asTable)}
            aria-pressed={asTable}
            aria-label="Word effects as a table"
          >
            {asTable ? 'Text' : 'Table'}
          </Button>
        )
      }
    >
      {attribution.error && <ErrorNotice error={attribution.error} />}
      {current && asTable ? <EffectTable attribution={current} /> : <TintedText text={text} attribution={current} />}
      {current ? (
        <Legend attribution={current} />
      ) : attribution.pending ? (
        <p className={styles.how}>
          Leaving out each of {plural(asked, 'word')} …{' '}
          <Button size="compact-xs" variant="subtle" onClick={cancel}>
            Cancel
          </Button>
        </p>
      ) : answered && (wordCount > measuredByItself || attribution.error) ? (
        <p className={styles.how}>
          <Button size="compact-xs" variant="default" onClick={measureWords}>
            Measure {plural(asked, 'word')}
          </Button>{' '}
          {count(asked + 1)} forward passes
        </p>
      ) : (
        <p className={styles.how}>…</p>
      )}
    </Panel>
  )
}

const strengthOf = (strength: number): CSSProperties => ({ '--strength': strength }) as CSSProperties

/** Share of full colour from which on a word is told from paper. */
const faintest = 0.04

function TintedText({ text, attribution }: { text: string; attribution: Attribution | null }) {
  const words = attribution?.words ?? []
  const full = fullColourOf(words)
  const parts = words.map((word, index) => {
    const strength = Math.abs(word.effect) / full
    return (
      <span key={word.start}>
        {text.slice(index === 0 ? 0 : words[index - 1]!.end, word.start)}
        <span
          className={styles.word}
          data-side={strength < faintest ? undefined : word.effect > 0 ? 'for' : 'against'}
          style={strengthOf(strength)}
          title={`${points(word.effect)} points`}
        >
          {word.text}
        </span>
      </span>
    )
  })
  return (
    <p className={styles.text} dir="auto">
      {parts}
      {text.slice(words.at(-1)?.end ?? 0)}
    </p>
  )
}

/** One point: where leaving a word out changes less than that, no word may look as if it decided. */
const leastFullColour = 0.01
const fullColourOf = (words: Attribution['words']): number => Math.max(leastFullColour, ...words.map(({ effect }) => Math.abs(effect)))

function Legend({ attribution }: { attribution: Attribution }) {
  const { words, wordCount, forwardPasses, durationMs } = attribution
  if (words.length === 0) return <p className={styles.how}>There is no word in this text.</p>
  const flipping = words.filter(({ labelWithout }) => labelWithout !== attribution.label)
  return (
    <>
      <p className={styles.legend}>
        <span>
          <span className={styles.word} data-side="for" style={strengthOf(1)}>
            speaks for it
          </span>
        </span>
        <span>
          <span className={styles.word} data-side="against" style={strengthOf(1)}>
            speaks against
          </span>
        </span>
        <span>full colour: {(fullColourOf(words) * 100).toFixed(1)} points of probability</span>
      </p>
      {flipping.length > 0 && (
        <p className={styles.how}>
          Without{' '}
          {flipping.slice(0, 3).map(({ text: word }, index) => (
            <span key={index}>
              {index > 0 && ' or '}“{word}”
            </span>
          ))}{' '}
          the answer would be another.
        </p>
      )}
      <p className={styles.how}>
        {plural(forwardPasses, 'forward pass', 'forward passes')} in {duration(durationMs)}, each without one word{' '}
        <ProvenanceTag provenance="measured" />
        {words.length < wordCount && ` The first ${words.length} of ${count(wordCount)} words were measured.`}
      </p>
    </>
  )
}

function EffectTable({ attribution: { words, label } }: { attribution: Attribution }) {
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Word effects">
      <table className="lab-table" aria-label="Word effects">
        <thead>
          <tr>
            <th scope="col">Word left out</th>
            <th scope="col" className="num">
              Effect on {label}, points
            </th>
            <th scope="col">Answer without it</th>
          </tr>
        </thead>
        <tbody>
          {words.map((word) => (
            <tr key={word.start}>
              <th scope="row" dir="auto">
                {word.text}
              </th>
              <td className="num">{points(word.effect)}</td>
              <td>{word.labelWithout}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
