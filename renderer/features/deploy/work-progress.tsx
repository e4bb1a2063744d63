/** How far a piece of work is, in words and as a bar, with the button that ends it. */
import { Button, Progress } from '@mantine/core'
import form from '../../ui/form.module.css'
import styles from './deploy.module.css'

interface WorkProgressProps {
  name: string
  words: string
  /** Null while nobody can say. */
  fraction: number | null
  /** The lab has it: it needs no page. */
  isLabs?: boolean
  onCancel: () => void
}

export function WorkProgress({ name, words, fraction, isLabs = true, onCancel }: WorkProgressProps) {
  return (
    <div className={styles.progress}>
      <p role="status">{words}</p>
      <Progress value={100 * (fraction ?? 1)} animated={fraction === null} striped={fraction === null} aria-label={name} />
      <div className={form.buttons}>
        {isLabs && <span className={form.quiet}>The lab does this: it goes on when you leave or close this page.</span>}
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </div>
  )
}
