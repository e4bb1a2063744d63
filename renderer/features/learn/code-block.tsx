/** Shows code with line numbers; lines may be marked as taken out or put in. */
import { tokensOfLine } from './code-text.ts'
import type { Language } from './code-text.ts'
import type { DiffLine } from './line-diff.ts'
import styles from './code-block.module.css'

interface CodeBlockProps {
  title: string
  /** Where it is from: a path with a line, or the name of a library. */
  from: string
  language: Language
  lines: readonly DiffLine[]
  firstLine?: number
}

export const asLines = (text: string): DiffLine[] => text.split('\n').map((line) => ({ kind: 'same', text: line }))

const signs: Record<DiffLine['kind'], { sign: string; word: string }> = {
  same: { sign: '', word: '' },
  removed: { sign: '−', word: 'removed: ' },
  added: { sign: '+', word: 'added: ' },
}

export function CodeBlock({ title, from, language, lines, firstLine }: CodeBlockProps) {
  const isDiff = lines.some(({ kind }) => kind !== 'same')
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>
        <strong>{title}</strong> <span>{from}</span>
      </figcaption>
      <pre className={styles.code} tabIndex={0} aria-label={`${title}, ${from}`}>
        <code>
          {lines.map((line, index) => (
            <span key={index} className={styles.line} data-kind={line.kind}>
              <span className={styles.gutter} aria-hidden>
                {isDiff ? signs[line.kind].sign : firstLine !== undefined ? firstLine + index : ''}
              </span>
              {signs[line.kind].word !== '' && <span className={styles.spoken}>{signs[line.kind].word}</span>}
              {tokensOfLine(line.text, language).map((token, position) => (
                <span key={position} data-token={token.kind}>
                  {token.text}
                </span>
              ))}
              {'\n'}
            </span>
          ))}
        </code>
      </pre>
    </figure>
  )
}
