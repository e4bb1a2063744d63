/** The one way a failure is shown: what happened, why, what to do next. */
import { IconAlertTriangle } from '@tabler/icons-react'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import styles from './error-notice.module.css'

interface ErrorNoticeProps {
  error: LabErrorInfo
  /** A word before the title: 'first cause', 'rank 1 also stopped'. */
  label?: string
}

export function ErrorNotice({ error, label }: ErrorNoticeProps) {
  return (
    <div role="alert" className={styles.notice}>
      <IconAlertTriangle size={18} className={styles.icon} aria-hidden />
      <div>
        <p className={styles.title}>
          {label !== undefined && <span className={styles.label}>{label}</span>}
          {error.title}
        </p>
        <p className={styles.line}>{error.cause}</p>
        <p className={styles.line}>
          <strong>What to do:</strong> {error.suggestion}
        </p>
      </div>
      <code className={styles.code}>{error.code}</code>
    </div>
  )
}
