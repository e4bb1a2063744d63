/** Says where a number comes from. Quiet, but beside every number that matters. */
import { createContext, useContext } from 'react'
import type { Provenance } from '../../shared/domain/hardware.ts'
import styles from './provenance-tag.module.css'

const meanings: Record<Provenance, string> = {
  measured: 'Measured on this machine while it happened',
  imported: 'Imported from another machine’s run',
  predicted: 'Calculated beforehand, not measured',
  simulated: 'Comes from a simulation, not from hardware',
}

/** Where the numbers of a whole screen come from. */
export const ScreenProvenance = createContext<Provenance>('measured')

export function ProvenanceTag({ provenance }: { provenance?: Provenance }) {
  const ofScreen = useContext(ScreenProvenance)
  return <Tag provenance={provenance ?? ofScreen} />
}

function Tag({ provenance }: { provenance: Provenance }) {
  return (
    <span className={styles.tag} data-provenance={provenance} title={meanings[provenance]}>
      {provenance}
    </span>
  )
}
