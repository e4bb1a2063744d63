/** Type a headline, see what a trained model makes of it and what it was given to see. */
import { Button, Select, Textarea } from '@mantine/core'
import { IconKeyboard } from '@tabler/icons-react'
import { useEffect } from 'react'
import type { TrainedModel } from '../../../shared/domain/prediction.ts'
import type { RunSummary } from '../../../shared/domain/run.ts'
import { useModels } from '../../state/models.ts'
import { usePlayground } from '../../state/playground.ts'
import { useRuns } from '../../state/runs.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { dateTime, percent } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { go, href } from '../../ui/route.ts'
import { Screen } from '../../ui/screen.tsx'
import { titleOfModel } from '../run-panel/run-title.ts'
import { Answer } from './answer.tsx'
import { Examples } from './examples.tsx'
import styles from './playground.module.css'
import { Tokens } from './tokens.tsx'

const longestText = 20_000
const noRuns: RunSummary[] = []

export function PlaygroundScreen({ modelId }: { modelId: string | null }) {
  const { value: models, error: modelsError } = useModels((state) => state.trained)
  const refreshTrained = useModels((state) => state.refreshTrained)
  const runs = useRuns((state) => state.list.value) ?? noRuns
  const { text, prediction, pending, error, type, ask } = usePlayground()
  const model = models?.find((candidate) => candidate.id === modelId) ?? (modelId === null ? models?.[0] : undefined)
  const askedModel = model?.id ?? null
  useEffect(() => void refreshTrained(), [refreshTrained])
  useEffect(() => {
    ask(askedModel)
  }, [ask, askedModel, text])

  if (modelsError && !models)
    return (
      <Screen title="Playground">
        <ErrorNotice error={modelsError} />
      </Screen>
    )
  if (!models) return <Screen title="Playground">Asking the lab for its models …</Screen>
  if (models.length === 0)
    return (
      <Screen title="Playground">
        <Panel title="No model yet">
          <EmptyState
            icon={<IconKeyboard size={36} stroke={1.3} />}
            title="There is nothing to ask yet"
            action={
              <Button component="a" href={href('lab')}>
                Train a model first
              </Button>
            }
          >
            Headlines are classified by a model that you trained. The starter set and the tiny model take half a minute.
          </EmptyState>
        </Panel>
      </Screen>
    )

  return (
    <Screen
      title="Playground"
      subtitle="What does your model make of a headline?"
      actions={
        <Select
          size="xs"
          w={360}
          aria-label="Model"
          data={models.map((candidate) => ({ value: candidate.id, label: modelLabel(candidate, runs) }))}
          value={askedModel}
          placeholder="This model is gone: choose another"
          onChange={(id) => id !== null && go('playground', id)}
        />
      }
    >
      <Panel title="Headline" hint="answers as you type">
        <Textarea
          aria-label="Headline"
          placeholder="Type a news headline …"
          value={text}
          onChange={(event) => type(event.currentTarget.value)}
          autosize
          minRows={1}
          maxRows={5}
          maxLength={longestText}
          data-autofocus
          classNames={{ input: styles.input }}
        />
        <Examples onChoose={type} />
      </Panel>
      {error && <ErrorNotice error={error} />}
      <div className={styles.grid}>
        <Answer prediction={prediction} labels={model?.labels ?? []} pending={pending} />
        <Tokens prediction={prediction} />
      </div>
    </Screen>
  )
}

const modelLabel = (model: TrainedModel, runs: readonly RunSummary[]): string =>
  [titleOfModel(model, runs), percent(model.validationAccuracy), dateTime(model.createdAt)].filter((part) => part !== '–').join(' · ')
