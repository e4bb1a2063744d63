/** Which model answers, and which other one, or which checkpoint of the same, is set beside it. */
import { CloseButton, Select } from '@mantine/core'
import type { ModelChoice, ModelFacts, TrainedModel } from '../../../shared/domain/prediction.ts'
import type { RunSummary } from '../../../shared/domain/run.ts'
import { usePlayground } from '../../state/playground.ts'
import { count, dateTime, percent } from '../../ui/format.ts'
import { go } from '../../ui/route.ts'
import { titleOfModel } from '../run-panel/run-title.ts'
import styles from './playground.module.css'

interface ModelChoicesProps {
  models: readonly TrainedModel[]
  runs: readonly RunSummary[]
  /** The id in the address, which may be of a model that is gone. */
  asked: string | null
}

export function ModelChoices({ models, runs, asked }: ModelChoicesProps) {
  const second = usePlayground((state) => state.choice.second)
  const facts = usePlayground((state) => state.facts.value)
  const choose = usePlayground((state) => state.choose)
  const refreshFacts = usePlayground((state) => state.refreshFacts)
  const others = models.filter(({ id }) => id !== asked)
  const checkpoints = (asked !== null && facts?.checkpoints) || []
  const groups = [
    {
      group: 'Checkpoints of the same run',
      items: checkpoints.map((checkpoint) => ({
        value: toValue({ modelId: asked ?? '', checkpoint: checkpoint.name }),
        label: checkpointLabel(checkpoint),
      })),
    },
    {
      group: 'Other models',
      items: others.map((model) => ({ value: toValue({ modelId: model.id, checkpoint: null }), label: modelLabel(model, runs) })),
    },
  ].filter(({ items }) => items.length > 0)
  const value = second && toValue(second)
  const known = groups.some(({ items }) => items.some((item) => item.value === value))
  return (
    <div className={styles.choices}>
      <Select
        size="xs"
        w={330}
        aria-label="Model"
        leftSection={second ? <span className={styles.swatch} data-slot="first" aria-hidden /> : undefined}
        data={models.map((model) => ({ value: model.id, label: modelLabel(model, runs) }))}
        value={asked}
        placeholder="This model is gone: choose another"
        onChange={(id) => id !== null && go('playground', id)}
      />
      <Select
        size="xs"
        w={270}
        aria-label="Compare with"
        leftSection={second ? <span className={styles.swatch} data-slot="second" aria-hidden /> : undefined}
        data={
          known || value === null
            ? groups
            : [...groups, { group: 'No longer there', items: [{ value, label: titleOfChoice(second!, models, runs) }] }]
        }
        value={value}
        placeholder="Compare with …"
        nothingFoundMessage="There is no other model or checkpoint"
        searchable={groups.length === 0}
        rightSection={second && <CloseButton size="xs" aria-label="Stop comparing" onClick={() => choose('second', null)} />}
        rightSectionPointerEvents={second ? 'all' : 'none'}
        onDropdownOpen={() => void refreshFacts()}
        onChange={(chosen) => choose('second', chosen === null ? null : fromValue(chosen))}
      />
    </div>
  )
}

const toValue = ({ modelId, checkpoint }: ModelChoice): string => [modelId, checkpoint ?? ''].join('/')
const fromValue = (value: string): ModelChoice => {
  const [modelId = '', checkpoint = ''] = value.split('/')
  return { modelId, checkpoint: checkpoint || null }
}

const checkpointLabel = ({ step, validationAccuracy }: ModelFacts['checkpoints'][number]): string =>
  [`step ${count(step)}`, percent(validationAccuracy)].filter((part) => part !== '–').join(' · ')

const modelLabel = (model: TrainedModel, runs: readonly RunSummary[]): string =>
  [titleOfModel(model, runs), percent(model.validationAccuracy), dateTime(model.createdAt)].filter((part) => part !== '–').join(' · ')

/** How a chosen model is called beside another. */
export function titleOfChoice({ modelId, checkpoint }: ModelChoice, models: readonly TrainedModel[], runs: readonly RunSummary[]): string {
  const model = models.find(({ id }) => id === modelId)
  const title = titleOfModel({ id: modelId, title: model?.title ?? modelId }, runs)
  return checkpoint === null ? title : `${title}, ${checkpoint}`
}
