/** Code with a button that copies it; where the clipboard is closed, it is selected for the person to copy. */
import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import { copyText } from './copy-text.ts'
import styles from './copyable-code.module.css'

export function CopyableCode({ name, code }: { name: string; code: string }) {
  const block = useRef<HTMLPreElement>(null)
  const [copied, setCopied] = useState<{ code: string; worked: boolean } | null>(null)
  const state = copied?.code === code ? copied : null
  const copy = async (): Promise<void> => {
    const worked = await copyText(code)
    if (!worked && block.current) getSelection()?.selectAllChildren(block.current)
    setCopied({ code, worked })
  }
  return (
    <div className={styles.code}>
      <pre ref={block} tabIndex={0} aria-label={name}>
        {code.split(/(\s+)/).map((word, index) => (word.startsWith('-') ? <span key={index}>{word}</span> : word))}
      </pre>
      <Button size="compact-xs" variant="default" onClick={() => void copy()} aria-label={`Copy ${name}`}>
        {state?.worked ? 'Copied' : 'Copy'}
      </Button>
      <span role="status">
        {state?.worked === false ? 'The clipboard is closed to this page: press Ctrl+C, the text is selected.' : ''}
      </span>
    </div>
  )
}
