/** What the model was given: the headline as tokens, with what was cut off. Alone, a headline has no padding. */
import { Button, Tooltip } from '@mantine/core'
import { useState } from 'react'
import type { TokenChip } from '../../../shared/domain/prediction.ts'
import { isCurrent, usePlayground } from '../../state/playground.ts'
import { plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import styles from './tokens.module.css'

const kinds: Record<TokenChip['kind'], { word: string; meaning: string }> = {
  special: { word: 'special', meaning: 'marks the beginning or the end' },
  word: { word: 'word', meaning: 'a word, or the beginning of one' },
  piece: { word: 'piece', meaning: 'goes on with the word before it' },
  unknown: { word: 'unknown', meaning: 'not in the vocabulary' },
  pad: { word: 'padding', meaning: 'filling, attention mask 0' },
}

export function Tokens() {
  const { text, choice, answer } = usePlayground()
  const [asTable, setAsTable] = useState(false)
  const prediction = answer.first.value
  if (!prediction || text.trim() === '')
    return (
      <Panel title="What the model sees">
        <p className={styles.hint}>Headlines reach the model as tokens: whole words, pieces of rarer words, and marks at both ends.</p>
      </Panel>
    )
  const { tokens, truncatedTokens, maxLength } = prediction
  const stale = !isCurrent(answer.first, text, choice.first)
  return (
    <Panel
      title="What the model sees"
      hint={stale ? '…' : `${plural(tokens.length, 'token')}, at most ${maxLength}`}
      actions={
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => setAsTable(!asTable)}
          aria-pressed={asTable}
          aria-label="Tokens as a table"
        >
          {asTable ? 'Chips' : 'Table'}
        </Button>
      }
    >
      <div className={styles.seen} data-stale={stale || undefined}>
        {asTable ? <TokenTable tokens={tokens} /> : <Chips tokens={tokens} />}
        {truncatedTokens.length > 0 && (
          <div className={styles.truncated}>
            <p>
              <strong>{plural(truncatedTokens.length, 'token')} cut off:</strong> this model reads {maxLength} tokens at most. It did not
              see
            </p>
            <p className={styles.cut}>
              {truncatedTokens.slice(0, 60).join(' ')}
              {truncatedTokens.length > 60 && ' …'}
            </p>
          </div>
        )}
      </div>
    </Panel>
  )
}

function Chips({ tokens }: { tokens: TokenChip[] }) {
  const used = [...new Set(tokens.map((token) => token.kind))]
  return (
    <>
      <ol className={styles.tokens} aria-label="Tokens">
        {tokens.map((token, position) => (
          <li key={position}>
            <Chip token={token} position={position} />
          </li>
        ))}
      </ol>
      <ul className={styles.legend} aria-label="Kinds of tokens">
        {used.map((kind) => (
          <li key={kind}>
            <span className={styles.chip} data-kind={kind}>
              {kinds[kind].word}
            </span>
            {kinds[kind].meaning}
          </li>
        ))}
      </ul>
    </>
  )
}

function TokenTable({ tokens }: { tokens: TokenChip[] }) {
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Tokens">
      <table className="lab-table" aria-label="Tokens">
        <thead>
          <tr>
            <th scope="col" className="num">
              Position
            </th>
            <th scope="col">Token</th>
            <th scope="col" className="num">
              Id
            </th>
            <th scope="col">Kind</th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token, position) => (
            <tr key={position}>
              <td className="num">{position}</td>
              <th scope="row" className="mono">
                {token.text}
              </th>
              <td className="num">{token.id}</td>
              <td>{kinds[token.kind].word}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Chip({ token, position }: { token: TokenChip; position: number }) {
  return (
    <Tooltip
      label={`id ${token.id} · position ${position} · ${kinds[token.kind].word}`}
      events={{ hover: true, focus: true, touch: true }}
      openDelay={80}
    >
      <span
        className={styles.chip}
        data-kind={token.kind}
        tabIndex={0}
        aria-label={`${token.text}, id ${token.id}, ${kinds[token.kind].word}`}
      >
        {token.kind === 'piece' ? (
          <>
            <i>##</i>
            {token.text.replace(/^##/, '')}
          </>
        ) : (
          token.text
        )}
      </span>
    </Tooltip>
  )
}
