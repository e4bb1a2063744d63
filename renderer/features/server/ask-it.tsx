/** Code that asks the served model, to be copied. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { SnippetLanguage } from '../../../shared/domain/snippets.ts'
import { snippet, snippetLanguages } from '../../../shared/domain/snippets.ts'
import { useServedModel } from '../../state/served-model.ts'
import { CopyableCode } from '../../ui/copyable-code.tsx'
import { Panel } from '../../ui/panel.tsx'
import styles from './server.module.css'

const headline = 'Oil prices jump after a pipeline is attacked'
/** Where another page started the server: its token is known there only. */
const unknownToken = 'YOUR_TOKEN'

export function AskIt({ url, needsToken }: { url: string; needsToken: boolean }) {
  const token = useServedModel((state) => state.token)
  const [language, setLanguage] = useState<SnippetLanguage>('curl')
  const code = snippet(language, headline, { url, token: needsToken ? token || unknownToken : null })
  return (
    <Panel
      title="Ask it"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Language"
          data={[...snippetLanguages]}
          value={language}
          onChange={(value) => setLanguage(value as SnippetLanguage)}
        />
      }
    >
      <CopyableCode name={`${language} code`} code={code} />
      <p className={styles.small}>
        Many at once: POST /predict/batch with {'{"texts": […]}'}. What waits while the model computes becomes one batch.
      </p>
    </Panel>
  )
}
