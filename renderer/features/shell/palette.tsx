/** Go anywhere by typing a few letters: places, phases, steps, experiments, words of the glossary. */
import { Modal, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useId, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { experiments, lessons } from '../../lessons/course.ts'
import { glossary } from '../../lessons/glossary.ts'
import { href } from '../../ui/route.ts'
import { findEntries } from './palette-search.ts'
import styles from './palette.module.css'

interface Entry {
  title: string
  /** What kind of thing it is. */
  kind: string
  to: string
}

const entries: readonly Entry[] = [
  { title: 'Lab: train a model', kind: 'place', to: href('lab') },
  { title: 'Learn: all phases', kind: 'place', to: href('learn') },
  { title: 'Runs', kind: 'place', to: href('runs') },
  { title: 'Playground', kind: 'place', to: href('playground') },
  { title: 'Server: a model over HTTP', kind: 'place', to: href('server') },
  { title: 'Deploy: a model as a Hugging Face Space', kind: 'place', to: href('deploy') },
  { title: 'Data', kind: 'place', to: href('data') },
  { title: 'Glossary', kind: 'place', to: href('learn', 'glossary') },
  ...lessons.flatMap(({ id, number, steps }) =>
    steps.map((step): Entry => ({ title: step.title, kind: `phase ${number}`, to: href('learn', id, step.id) })),
  ),
  ...experiments.map(({ id, number, title }): Entry => ({ title, kind: `experiment ${number}`, to: href('learn', 'experiments', id) })),
  ...glossary.map(({ id, term }): Entry => ({ title: term, kind: 'word', to: href('learn', 'glossary', id) })),
]

const mostShown = 9

interface PaletteProps {
  opened: boolean
  onClose: () => void
  onHelp: () => void
}

export function Palette({ opened, onClose, onHelp }: PaletteProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      withCloseButton={false}
      size="lg"
      padding={0}
      yOffset="12vh"
      centered={false}
      aria-label="Go anywhere"
    >
      {/* Mounted anew each time: it begins empty. */}
      <Search onClose={onClose} onHelp={onHelp} />
    </Modal>
  )
}

function Search({ onClose, onHelp }: Omit<PaletteProps, 'opened'>) {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const found = findEntries(entries, typed).slice(0, mostShown)
  const chosen = Math.min(at, found.length - 1)
  const open = (entry: Entry | undefined): void => {
    if (!entry) return
    location.hash = entry.to
    onClose()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0))
    else if (event.key === 'Enter') open(found[chosen])
    else if (event.key === '?' && typed === '') onHelp()
    else return
    event.preventDefault()
  }
  return (
    <div className={styles.palette}>
      <TextInput
        data-autofocus
        size="md"
        variant="unstyled"
        className={styles.field}
        leftSection={<IconSearch size={17} aria-hidden />}
        placeholder="A step, an experiment, a word …"
        role="combobox"
        aria-label="Go anywhere"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={found[chosen] ? `${listId}-${chosen}` : undefined}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={listId} role="listbox" aria-label="Places found" className={styles.list}>
        {found.map((entry, index) => (
          <li
            key={entry.to}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className={styles.entry}
            onPointerMove={() => setAt(index)}
            onClick={() => open(entry)}
          >
            {entry.title}
            <span>{entry.kind}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={styles.none}>Nothing here has “{typed}” in it.</p>}
      <p className={styles.hint}>↑ ↓ choose · Enter goes there · Esc closes · ? all keys</p>
    </div>
  )
}
