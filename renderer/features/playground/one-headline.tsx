/** The one text that is asked, and all there is to say about its answer. */
import { Textarea } from '@mantine/core'
import { useEffect } from 'react'
import { longestText } from '../../../shared/contract/playground.ts'
import { useConnection } from '../../state/connection.ts'
import { usePlayground } from '../../state/playground.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { count } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { Answer } from './answer.tsx'
import { Examples } from './examples.tsx'
import styles from './playground.module.css'
import { Tokens } from './tokens.tsx'
import { WordEffects } from './word-effects.tsx'

export interface Titles {
  first: string
  second: string | null
}

export function OneHeadline({ labels, titles }: { labels: string[]; titles: Titles }) {
  const { text, pastedLength, answer, type, askNow, cancel } = usePlayground()
  const generation = useConnection((state) => state.generation)
  // What is under way belongs to this view; the text stays for the next visit.
  // A new connection asks again what the lost one left open.
  useEffect(() => {
    if (generation > 0) askNow()
    return cancel
  }, [askNow, cancel, generation])
  return (
    <>
      <Panel title="Headline" hint="answers as you type · Ctrl+Enter at once · Esc cancels">
        <Textarea
          aria-label="Headline"
          placeholder="Type a news headline …"
          value={text}
          onChange={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.preventDefault()
              askNow()
            }
            if (event.key === 'Escape') cancel()
          }}
          dir="auto"
          autosize
          minRows={1}
          maxRows={5}
          data-autofocus
          classNames={{ input: styles.input }}
        />
        {pastedLength !== null && (
          <p className={styles.note} role="status">
            You gave {count(pastedLength)} characters; the first {count(longestText)} are kept.
          </p>
        )}
        <Examples onChoose={type} />
      </Panel>
      {answer.first.error && <ErrorNotice error={answer.first.error} />}
      {answer.second.error && <ErrorNotice error={answer.second.error} label="The second model" />}
      <div className={styles.grid}>
        <Answer labels={labels} titles={titles} />
        <div className={styles.stack}>
          <WordEffects />
          <Tokens />
        </div>
      </div>
    </>
  )
}
