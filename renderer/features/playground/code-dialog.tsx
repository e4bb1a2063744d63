/** The question on the screen as code for the model's HTTP API. */
import { Button, Modal, SegmentedControl } from '@mantine/core'
import { IconCode } from '@tabler/icons-react'
import { useState } from 'react'
import type { SnippetLanguage } from '../../../shared/domain/snippets.ts'
import { serveCommand, snippet, snippetLanguages } from '../../../shared/domain/snippets.ts'
import { usePlayground } from '../../state/playground.ts'
import { CopyableCode } from '../../ui/copyable-code.tsx'
import styles from './playground.module.css'

export function CodeDialog() {
  const text = usePlayground((state) => state.text)
  const directory = usePlayground((state) => state.facts.value?.directory)
  const [open, setOpen] = useState(false)
  const [language, setLanguage] = useState<SnippetLanguage>('curl')
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconCode size={14} aria-hidden />}
        disabled={text.trim() === ''}
        onClick={() => setOpen(true)}
      >
        Copy as code
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title="Ask this from a program" size={760}>
        <div className={styles.stack}>
          <p className={styles.hint}>First serve the model on this machine:</p>
          {directory !== undefined && <CopyableCode name="Command" code={serveCommand(directory)} />}
          <div className={styles.language}>
            <p className={styles.hint}>Then ask it, here about the headline on the screen:</p>
            <SegmentedControl
              size="xs"
              aria-label="Language"
              data={[...snippetLanguages]}
              value={language}
              onChange={(value) => setLanguage(value as SnippetLanguage)}
            />
          </div>
          <CopyableCode key={language} name={`${language} code`} code={snippet(language, text)} />
        </div>
      </Modal>
    </>
  )
}
