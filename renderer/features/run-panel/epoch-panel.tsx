/** One row for each epoch: how it learned, how well it did on rows it never saw, how fast it was. */
import type { EpochMetrics } from '../../../shared/domain/metrics.ts'
import { duration, figure, fixed, percent } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import styles from './epoch-panel.module.css'

export function EpochPanel({ epochs, active, className }: { epochs: EpochMetrics[]; active: boolean; className?: string | undefined }) {
  return (
    <Panel title="Epochs" flush className={className} actions={epochs.length > 0 && <ProvenanceTag />}>
      {epochs.length === 0 ? (
        <p className={styles.empty}>{active ? 'The first row comes when the first epoch has ended.' : 'No epoch was completed.'}</p>
      ) : (
        <table className={`lab-table ${styles.table}`} aria-label="Epochs">
          <thead>
            <tr>
              <th scope="col">Epoch</th>
              <th scope="col" className="num" title="Mean over the epoch, dropout on">
                Train loss
              </th>
              <th scope="col" className="num">
                Val. loss
              </th>
              <th scope="col" className="num">
                Val. acc.
              </th>
              <th scope="col" className="num">
                Samples/s
              </th>
              <th scope="col" className="num">
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {epochs.map((epoch) => (
              <tr key={`${epoch.epoch}-${epoch.step}`} title={epoch.checkpoint ? `Checkpoint ${epoch.checkpoint}` : undefined}>
                <th scope="row">{epoch.epoch + 1}</th>
                <td className="num">{fixed(epoch.trainLoss, 3)}</td>
                <td className="num">{fixed(epoch.validationLoss, 3)}</td>
                <td className="num">{percent(epoch.validationAccuracy)}</td>
                <td className="num">{figure(epoch.samplesPerSec)}</td>
                <td className="num">{duration(epoch.trainMs + epoch.evaluateMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}
