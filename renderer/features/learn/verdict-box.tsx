/** What a check says of what was measured: met or not, and why, in its own words. */
import { IconCircleCheck, IconCircleDashed } from '@tabler/icons-react'
import type { Verdict } from '../../../shared/lessons/check.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import styles from './verdict-box.module.css'

export function VerdictBox({ verdict }: { verdict: Verdict }) {
  const Icon = verdict.met ? IconCircleCheck : IconCircleDashed
  return (
    <div role="status" className={styles.verdict} data-met={verdict.met || undefined}>
      <Icon size={19} className={styles.icon} aria-hidden />
      <p>
        <strong>{verdict.met ? 'Met: ' : 'Not met: '}</strong>
        {verdict.because} <ProvenanceTag provenance="measured" />
      </p>
    </div>
  )
}
