/** The legend: every run that was chosen, also one that cannot be read, and the way out of the comparison. */
import { CloseButton } from '@mantine/core'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { go, href } from '../../ui/route.ts'
import { withoutRun } from './chosen.ts'
import type { Chosen } from './chosen.ts'
import styles from './compare.module.css'
import { lookOf } from './run-look.ts'
import { RunName } from './run-name.tsx'

export interface Legend {
  id: string
  name: string
  isImported: boolean
}

interface ChosenRunsProps {
  chosen: readonly Chosen[]
  legends: readonly Legend[]
  errors: Record<string, LabErrorInfo>
}

export function ChosenRuns({ chosen, legends, errors }: ChosenRunsProps) {
  return (
    <ul className={styles.legend} aria-label="Compared runs">
      {chosen.map(({ id, place }) => {
        const legend = legends.find((candidate) => candidate.id === id)
        const name = legend?.name ?? id
        return (
          <li key={id}>
            <a href={href('runs', id)} className={styles.legendLink}>
              <RunName look={legend ? lookOf(place) : null} name={name} />
            </a>
            {legend?.isImported && <ProvenanceTag provenance="imported" />}
            {!legend && <span className={styles.quiet}>{errors[id] ? 'not found' : 'is being read …'}</span>}
            <CloseButton size="xs" aria-label={`Take ${name} out`} onClick={() => go('compare', withoutRun(chosen, id))} />
          </li>
        )
      })}
    </ul>
  )
}
