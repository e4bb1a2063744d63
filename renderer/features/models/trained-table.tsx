/** The models of the lab's runs: how good they are, and what one can do with them. */
import { Button } from '@mantine/core'
import type { TrainedModel } from '../../../shared/domain/prediction.ts'
import { useRuns } from '../../state/runs.ts'
import { useTrainDraft } from '../../state/train-draft.ts'
import { dateTime, percent } from '../../ui/format.ts'
import { go, href } from '../../ui/route.ts'
import { titleOfModel } from '../run-panel/run-title.ts'
import styles from './models.module.css'

export function TrainedTable({ models }: { models: TrainedModel[] }) {
  const runs = useRuns((state) => state.list.value) ?? []
  const set = useTrainDraft((state) => state.set)
  const fineTune = (path: string): void => {
    set('initFrom', { kind: 'folder', path })
    go('lab')
  }
  return (
    <table className="lab-table">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col" className="num">
            Accuracy
          </th>
          <th scope="col" className="num">
            Saved
          </th>
          <th scope="col" aria-label="Actions" />
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <tr key={model.id}>
            <th scope="row" className={styles.name}>
              <a href={href('runs', model.id)}>{titleOfModel(model, runs)}</a>
            </th>
            <td className="num">{percent(model.validationAccuracy)}</td>
            <td className="num">{dateTime(model.createdAt)}</td>
            <td className={`num ${styles.rowActions}`}>
              <Button size="compact-xs" variant="subtle" onClick={() => go('playground', model.id)} aria-label="Try in playground">
                Try
              </Button>
              <Button size="compact-xs" variant="subtle" onClick={() => fineTune(model.directory)}>
                Fine-tune
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
