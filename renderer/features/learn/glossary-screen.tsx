/** The words of the field, each explained once; the one that was asked for stands out. */
import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { glossary } from '../../lessons/glossary.ts'
import { href } from '../../ui/route.ts'
import { Screen } from '../../ui/screen.tsx'
import styles from './glossary-screen.module.css'

const inOrder = [...glossary].sort((a, b) => a.term.localeCompare(b.term, 'en', { sensitivity: 'base' }))

export function GlossaryScreen({ term }: { term: string | null }) {
  const [wanted, setWanted] = useState('')
  const words = wanted.trim().toLowerCase()
  const shown = inOrder.filter(({ term: name, forms = [], text }) =>
    [name, ...forms, text].some((part) => part.toLowerCase().includes(words)),
  )
  useEffect(() => {
    if (term !== null) document.getElementById(`term-${term}`)?.scrollIntoView({ block: 'center' })
  }, [term])
  return (
    <Screen
      title="Glossary"
      subtitle={<a href={href('learn')}>All phases</a>}
      actions={
        <TextInput
          aria-label="Find a word"
          placeholder="Find a word"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      }
    >
      <dl className={styles.list}>
        {shown.map((entry) => (
          <div key={entry.id} id={`term-${entry.id}`} className={styles.entry} data-chosen={entry.id === term || undefined}>
            <dt>{entry.term}</dt>
            <dd>{entry.text}</dd>
          </div>
        ))}
      </dl>
      {shown.length === 0 && <p>No word of the glossary has “{wanted}” in it.</p>}
    </Screen>
  )
}
