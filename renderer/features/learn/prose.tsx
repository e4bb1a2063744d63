/**
 * Renders the prose of a lesson. Terms open their explanation and lead to the glossary; what belongs after success is folded
 * until then, with whatever stands between the two (the button, the verdict) in front of it.
 */
import { HoverCard, UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { createContext, useContext, useState } from 'react'
import { createPortal } from 'react-dom'
import type { ReactNode } from 'react'
import { glossaryEntry } from '../../lessons/glossary.ts'
import { proseOf } from '../../lessons/prose.ts'
import { href } from '../../ui/route.ts'
import styles from './prose.module.css'

interface Between {
  /** Stands between the question and its explanation. */
  between: ReactNode
  proven: boolean
  /** Where the explanation goes instead of behind the question: an element of the page, null while that is not shown. */
  explainIn?: HTMLElement | null
}

const BetweenContext = createContext<Between>({ between: null, proven: false })

interface ProseProps extends Between {
  id: string
}

export function LessonProse({ id, ...between }: ProseProps) {
  return (
    <BetweenContext value={between}>
      <div className={styles.prose}>{proseOf(id, components)}</div>
    </BetweenContext>
  )
}

function Term({ id, children }: { id: string; children?: ReactNode }) {
  const entry = glossaryEntry(id)
  if (!entry) return children
  return (
    <HoverCard width={300} openDelay={120} closeDelay={80} shadow="md" withArrow>
      <HoverCard.Target>
        <a className={styles.term} href={href('learn', 'glossary', id)}>
          {children}
        </a>
      </HoverCard.Target>
      <HoverCard.Dropdown className={styles.card}>
        <strong>{entry.term}</strong>
        <span>{entry.text}</span>
      </HoverCard.Dropdown>
    </HoverCard>
  )
}

function Afterwards({ children }: { children: ReactNode }) {
  const { between, proven, explainIn } = useContext(BetweenContext)
  const [opened, setOpened] = useState(false)
  const open = proven || opened
  if (explainIn !== undefined) {
    return (
      <>
        {between}
        {explainIn && createPortal(<div className={styles.prose}>{children}</div>, explainIn)}
      </>
    )
  }
  return (
    <>
      {between}
      <section className={styles.afterwards} data-proven={proven || undefined} aria-label="What it means">
        {proven ? (
          <h2 className={styles.heading}>What it means</h2>
        ) : (
          <UnstyledButton className={styles.toggle} onClick={() => setOpened(!opened)} aria-expanded={open}>
            <IconChevronRight size={15} aria-hidden data-open={open || undefined} />
            {open ? 'What it means, not proven yet' : 'Skip: read what it means without a proof'}
          </UnstyledButton>
        )}
        {open && <div>{children}</div>}
      </section>
    </>
  )
}

const components = { Term, Afterwards }
