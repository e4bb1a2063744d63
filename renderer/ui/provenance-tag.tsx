/** Says where a number comes from. Quiet, but beside every number that matters. */
import type { Provenance } from '../../shared/domain/hardware.ts'
import styles from './provenance-tag.module.css'

const meanings: Record<Provenance, string> = {
  measured: 'Measured on this machine while it happened',
  imported: 'Imported from another machine’s run',
  predicted: 'Calculated beforehand, not measured',
  simulated: 'Comes from a simulation, not from hardware',
}

export function ProvenanceTag({ provenance }: { provenance: Provenance }) {
  return (
    <span className={styles.tag} data-provenance={provenance} title={meanings[provenance]}>
      {provenance}
    </span>
  )
}
