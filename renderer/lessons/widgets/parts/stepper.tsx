/** One step back, one step on, from the keyboard too (← →). */
import { ActionIcon } from '@mantine/core'
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react'
import styles from './stepper.module.css'

interface StepperProps {
  at: number
  /** How many places there are; `at` is 0 to count − 1. */
  count: number
  words: string
  onChange: (at: number) => void
}

export function Stepper({ at, count, words, onChange }: StepperProps) {
  return (
    <div className={styles.stepper}>
      <ActionIcon
        variant="default"
        size="md"
        aria-label="One step back"
        disabled={at === 0}
        onClick={() => onChange(at - 1)}
        data-key="left"
        title="Key ←"
      >
        <IconArrowLeft size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size="md"
        aria-label="One step on"
        disabled={at >= count - 1}
        onClick={() => onChange(at + 1)}
        data-key="right"
        title="Key →"
      >
        <IconArrowRight size={16} aria-hidden />
      </ActionIcon>
      <span className={styles.words} aria-live="polite">
        {words}
      </span>
    </div>
  )
}
