/** One of the four steps: a line that says how far it is, and what belongs to it while it is open. */
import { UnstyledButton } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useEffect, useId, useRef } from 'react'
import type { ReactNode } from 'react'
import type { RunState } from '../../../shared/domain/run.ts'
import { StateBadge } from '../../ui/run-state.tsx'
import styles from './step-frame.module.css'
import type { StepState } from './steps.ts'

interface StepFrameProps {
  number: number
  title: string
  /** What came of it, or what it waits for, in a few words. */
  summary: ReactNode
  state: StepState
  isOpen: boolean
  onOpen: () => void
  children: ReactNode
}

const badges: Partial<Record<StepState, RunState>> = { running: 'running', failed: 'failed', done: 'done' }

export function StepFrame({ number, title, summary, state, isOpen, onOpen, children }: StepFrameProps) {
  const id = useId()
  const body = useRef<HTMLDivElement>(null)
  // A button that did its work goes away, and with it the place of whoever works from the keyboard: it stays in the step.
  const isHere = useRef(false)
  useEffect(() => {
    if (isOpen && isHere.current && document.activeElement === document.body) body.current?.focus({ preventScroll: true })
  })
  const badge = badges[state]
  return (
    <section className={styles.step} data-open={isOpen || undefined} aria-labelledby={`${id}-title`}>
      <h2 className={styles.head}>
        <UnstyledButton
          className={styles.button}
          aria-expanded={isOpen}
          aria-controls={`${id}-body`}
          disabled={state === 'waiting' && !isOpen}
          onClick={onOpen}
        >
          <span className={styles.number} data-state={state}>
            {number}
          </span>
          <span id={`${id}-title`} className={styles.title}>
            {title}
          </span>
          <span className={styles.summary}>{summary}</span>
          {badge && <StateBadge state={badge} />}
          {!isOpen && state !== 'waiting' && <IconChevronDown size={16} aria-hidden />}
        </UnstyledButton>
      </h2>
      <div
        ref={body}
        id={`${id}-body`}
        tabIndex={-1}
        hidden={!isOpen}
        className={styles.body}
        onFocus={() => (isHere.current = true)}
        onBlur={({ relatedTarget }) => (isHere.current = relatedTarget === null)}
      >
        {isOpen && children}
      </div>
    </section>
  )
}
