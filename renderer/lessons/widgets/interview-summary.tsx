/** What the person has measured, in sentences to say in an interview; what is missing, and where to measure it. */
import { Button, CopyButton } from '@mantine/core'
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react'
import { href } from '../../ui/route.ts'
import { saveText } from '../../ui/save-text.ts'
import type { Evidence } from '../evidence.ts'
import { findings, summaryText } from '../findings.ts'
import { Frame } from './parts/frame.tsx'
import styles from './interview-summary.module.css'

export function InterviewSummary({ evidence }: { evidence: Evidence }) {
  const all = findings(evidence)
  const known = all.flatMap(({ title, text }) => (text === null ? [] : [{ title, text }]))
  const missing = all.filter(({ text }) => text === null)
  const text = summaryText(evidence)
  return (
    <Frame
      title="What you have measured"
      hint={`${known.length} of ${all.length} findings`}
      summary={
        known.length === 0
          ? 'Nothing yet: every sentence here is made of a result of yours.'
          : 'Every number below is from a run that this lab keeps.'
      }
      controls={
        known.length > 0 && (
          <>
            <CopyButton value={text}>
              {({ copied, copy }) => (
                <Button
                  size="compact-xs"
                  variant="default"
                  leftSection={copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
                  onClick={copy}
                >
                  {copied ? 'Copied' : 'Copy all'}
                </Button>
              )}
            </CopyButton>
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconDownload size={13} aria-hidden />}
              onClick={() => saveText({ fileName: 'what-i-measured.md', mediaType: 'text/markdown', text })}
            >
              Save as Markdown
            </Button>
          </>
        )
      }
      table={{ head: ['finding', 'words'], rows: all.map(({ title, text: words }) => [title, words ?? 'not measured']) }}
    >
      <dl className={styles.findings}>
        {known.map(({ title, text: words }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      {missing.length > 0 && (
        <p className={styles.missing}>
          Still to be measured:{' '}
          {missing.map(({ title, lesson, step }, index) => (
            <span key={title}>
              {index > 0 && ', '}
              <a href={href('learn', lesson, step)}>{title.toLowerCase()}</a>
            </span>
          ))}
        </p>
      )}
    </Frame>
  )
}
