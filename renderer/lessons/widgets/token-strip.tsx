/** Headlines as the model gets them: token, id and mask of every place, padding included. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './token-strip.module.css'

export function TokenStrip({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('tokens', 'measured'))
  if (!probe) return <NotMeasured>Your headlines will stand here, cut into tokens, each with its id and its bit of the mask.</NotMeasured>
  const pieces = probe.rows.flatMap(({ tokens }) => tokens).filter(({ kind }) => kind === 'piece').length
  const longest = Math.max(...probe.rows.map(({ tokens }) => tokens.length))
  return (
    <Frame
      title="Tokens, ids, mask"
      hint={`vocabulary of ${probe.vocabSize.toLocaleString('en')} tokens`}
      summary={`${probe.rows.length} headlines became ${probe.tokenCount} tokens, ${pieces} of them pieces of longer words. The longest has ${longest} places, so all rows have ${longest}.`}
      table={{
        head: ['headline', 'place', 'token', 'id', 'kind', 'mask'],
        rows: probe.rows.flatMap(({ tokens, attentionMask }, row) =>
          tokens.map(({ text, id, kind }, place) => [row + 1, place, text, String(id), kind, attentionMask[place]!]),
        ),
      }}
    >
      <ol className={styles.rows}>
        {probe.rows.map(({ text, tokens, attentionMask, truncatedTokens }, row) => (
          <li key={row}>
            <p className={styles.text}>{text}</p>
            <ol className={styles.tokens} aria-label={`Tokens of headline ${row + 1}`}>
              {tokens.map((token, place) => (
                <li key={place} className={styles.token} data-kind={token.kind} title={`${token.text}: id ${token.id}, mask ${attentionMask[place]}`}>
                  <b>{token.text}</b>
                  <span>{token.id}</span>
                  <i>{attentionMask[place]}</i>
                </li>
              ))}
            </ol>
            {truncatedTokens.length > 0 && <p className={styles.cut}>cut off: {truncatedTokens.join(' ')}</p>}
          </li>
        ))}
      </ol>
      <p className={styles.key}>In each box: the token, its id, its bit of the attention mask. Dashed boxes are padding; a dotted left edge is a piece that continues a word.</p>
    </Frame>
  )
}
