/** Ask a trained model: one headline as one types, or many lines at once. */
import { Button, Tabs } from '@mantine/core'
import { IconKeyboard } from '@tabler/icons-react'
import { useEffect } from 'react'
import type { RunSummary } from '../../../shared/domain/run.ts'
import { useCorrections } from '../../state/corrections.ts'
import { useModels } from '../../state/models.ts'
import { usePlayground } from '../../state/playground.ts'
import { useRuns } from '../../state/runs.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { count } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { href } from '../../ui/route.ts'
import { Screen } from '../../ui/screen.tsx'
import { Corrections } from './corrections.tsx'
import { ManyLines } from './many-lines.tsx'
import { ModelChoices, titleOfChoice } from './model-choices.tsx'
import { OneHeadline } from './one-headline.tsx'
import styles from './playground.module.css'

const noRuns: RunSummary[] = []

export function PlaygroundScreen({ modelId }: { modelId: string | null }) {
  const { value: models, error: modelsError } = useModels((state) => state.trained)
  const refreshTrained = useModels((state) => state.refreshTrained)
  const runs = useRuns((state) => state.list.value) ?? noRuns
  const corrected = useCorrections((state) => state.list.value)
  const refreshCorrections = useCorrections((state) => state.refresh)
  const choose = usePlayground((state) => state.choose)
  const second = usePlayground((state) => state.choice.second)
  useEffect(() => {
    void refreshTrained()
    void refreshCorrections()
  }, [refreshTrained, refreshCorrections])
  // Without a name in the address it is the newest.
  const asked = modelId ?? models?.[0]?.id ?? null
  useEffect(() => {
    choose('first', asked === null ? null : { modelId: asked, checkpoint: null })
  }, [choose, asked])

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

  const model = models.find(({ id }) => id === asked)
  const titles = {
    first: asked === null ? '' : titleOfChoice({ modelId: asked, checkpoint: null }, models, runs),
    second: second && titleOfChoice(second, models, runs),
  }
  return (
    <Tabs defaultValue="one" keepMounted={false} variant="pills" classNames={{ tab: styles.tab }}>
      <Screen
        title="Playground"
        subtitle={
          <Tabs.List aria-label="What to ask">
            <Tabs.Tab value="one">One headline</Tabs.Tab>
            <Tabs.Tab value="many">Many lines</Tabs.Tab>
            <Tabs.Tab value="corrections">Corrections{corrected?.length ? ` (${count(corrected.length)})` : ''}</Tabs.Tab>
          </Tabs.List>
        }
        actions={<ModelChoices models={models} runs={runs} asked={asked} />}
      >
        <Tabs.Panel value="one" className={styles.stack}>
          <OneHeadline labels={model?.labels ?? []} titles={titles} />
        </Tabs.Panel>
        <Tabs.Panel value="many" className={styles.stack}>
          <ManyLines titles={titles} />
        </Tabs.Panel>
        <Tabs.Panel value="corrections" className={styles.stack}>
          <Corrections />
        </Tabs.Panel>
      </Screen>
    </Tabs>
  )
}
