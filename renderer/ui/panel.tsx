/** A framed part of a screen with a heading of its own: the unit everything is laid out in. */
import { useId } from 'react'
import type { ReactNode } from 'react'
import styles from './panel.module.css'

interface PanelProps {
  title: string
  /** Small print beside the title: a unit, a count. */
  hint?: ReactNode
  /** Controls at the right of the heading. */
  actions?: ReactNode
  children: ReactNode
  /** No inner space: tables and charts bring their own. */
  flush?: boolean
  className?: string | undefined
}

export function Panel({ title, hint, actions, children, flush = false, className }: PanelProps) {
  const headingId = useId()
  return (
    <section className={[styles.panel, className].filter(Boolean).join(' ')} aria-labelledby={headingId}>
      <header className={styles.header}>
        <h2 id={headingId} className={styles.title}>
          {title}
        </h2>
        {hint !== undefined && <span className={styles.hint}>{hint}</span>}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  )
}
