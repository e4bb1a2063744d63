/** Headlines as the model gets them: the mask of the whole batch, and of one headline every token with its id. */
import { useState } from 'react'
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './token-strip.module.css'

const kinds = [
  ['word', 'a word, or the beginning of one'],
  ['piece', 'goes on with the word before it'],
  ['special', 'frames the text'],
  ['pad', 'padding, mask 0'],
] as const

export function TokenStrip({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('tokens', 'measured'))
  const [wanted, setRow] = useState(0)
  if (!probe) return <NotMeasured>Your headlines will stand here, cut into tokens, each with its id and its bit of the mask.</NotMeasured>
  const row = Math.min(wanted, probe.rows.length - 1)
  const { tokens, attentionMask, truncatedTokens } = probe.rows[row]!
  const pieces = probe.rows.flatMap(({ tokens: all }) => all).filter(({ kind }) => kind === 'piece').length
  return (
    <Frame
      title="Tokens, ids, mask"
      hint={`vocabulary of ${probe.vocabSize.toLocaleString('en')} tokens`}
      summary={`${probe.rows.length} headlines became ${probe.tokenCount} tokens, ${pieces} of them pieces of longer words. The longest has ${tokens.length} places, so in this batch every row has ${tokens.length}.`}
      table={{
        head: ['headline', 'place', 'token', 'id', 'kind', 'mask'],
        rows: probe.rows.flatMap(({ tokens: all, attentionMask: mask }, index) =>
          all.map(({ text, id, kind }, place) => [index + 1, place, text, String(id), kind, mask[place]!]),
        ),
      }}
    >
      <h3 className={styles.heading}>The batch: choose a headline</h3>
      <ol className={styles.rows}>
        {probe.rows.map(({ text, attentionMask: mask }, index) => (
          <li key={index}>
            <button type="button" className={styles.row} aria-pressed={index === row} onClick={() => setRow(index)}>
              <span className={styles.text}>{text}</span>
              <span className={styles.mask} aria-label={`${mask.filter((bit) => bit === 1).length} real tokens of ${mask.length}`}>
                {mask.map((bit, place) => (
                  <i key={place} data-real={bit === 1 || undefined} />
                ))}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <h3 className={styles.heading}>Its tokens: text, id, mask</h3>
      <ol className={styles.tokens} aria-label={`Tokens of headline ${row + 1}`}>
        {tokens.map((token, place) => (
          <li key={place} className={styles.token} data-kind={token.kind}>
            <b>{token.text}</b>
            <span>{token.id}</span>
            <i>{attentionMask[place]}</i>
          </li>
        ))}
      </ol>
      {truncatedTokens.length > 0 && <p className={styles.cut}>cut off: {truncatedTokens.join(' ')}</p>}
      <ul className={styles.key}>
        {kinds.map(([kind, meaning]) => (
          <li key={kind}>
            <span className={styles.token} data-kind={kind}>
              <b>{kind}</b>
            </span>
            {meaning}
          </li>
        ))}
      </ul>
    </Frame>
  )
}
