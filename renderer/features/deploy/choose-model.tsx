/** Step 1: which weights, and in which of the two kinds of Spaces they leave the lab. */
import { Button, Radio, Select } from '@mantine/core'
import { useEffect } from 'react'
import type { TrainedModel } from '../../../shared/domain/prediction.ts'
import type { RunSummary } from '../../../shared/domain/run.ts'
import { spaceKinds } from '../../../shared/domain/space.ts'
import type { SpaceKind } from '../../../shared/domain/space.ts'
import { useDeploy } from '../../state/deploy.ts'
import { usePretrained } from '../../state/pretrained.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import form from '../../ui/form.module.css'
import { bytes, count, dateTime, percent } from '../../ui/format.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { titleOfModel } from '../run-panel/run-title.ts'
import styles from './choose-model.module.css'
import { kindsInWords } from './kinds.ts'

/** Not the name of a checkpoint. */
const newest = ''

interface ChooseModelProps {
  model: TrainedModel
  models: readonly TrainedModel[]
  runs: readonly RunSummary[]
  /** The lab is writing or sending: what was chosen for that stays. */
  isBusy: boolean
}

export function ChooseModel({ model, models, runs, isBusy }: ChooseModelProps) {
  const { checkpoint, kind, facts, set, goTo, refreshFacts } = useDeploy()
  useEffect(() => void refreshFacts(model.id), [model.id, refreshFacts])
  const run = runs.find(({ record }) => record.id === model.id)?.record
  const pretrained = usePretrained((state) => state.list.value?.find(({ id }) => id === model.id))
  const parameterCount = run?.parameterCount ?? pretrained?.report?.parameterCount ?? null
  const others = facts.value?.checkpoints ?? []
  const accuracy =
    checkpoint === null ? model.validationAccuracy : (others.find(({ name }) => name === checkpoint)?.validationAccuracy ?? null)
  return (
    <>
      <div className={form.pair}>
        <Select
          label="Model"
          data={models.map((one) => ({ value: one.id, label: `${titleOfModel(one, runs)} · ${dateTime(one.createdAt)}` }))}
          value={model.id}
          disabled={isBusy}
          onChange={(modelId) => set({ modelId, checkpoint: null, title: null })}
        />
        <Select
          label="Weights"
          data={[
            { value: newest, label: `The newest${model.step === null ? '' : `, step ${count(model.step)}`}` },
            ...others.map(({ name, step, validationAccuracy }) => ({
              value: name,
              label: [`checkpoint at step ${count(step)}`, percent(validationAccuracy)].filter((part) => part !== '–').join(' · '),
            })),
          ]}
          value={checkpoint ?? newest}
          disabled={isBusy}
          onChange={(name) => set({ checkpoint: name || null })}
        />
      </div>
      {facts.error && <ErrorNotice error={facts.error} />}
      <p className={styles.measured}>
        {accuracy === null ? (
          'How good it is on rows it has not seen was not measured here.'
        ) : (
          <>
            <strong>{percent(accuracy)}</strong> of the validation rows named rightly
            <ProvenanceTag provenance={run?.imported ? 'imported' : 'measured'} />
          </>
        )}
      </p>
      <Radio.Group label="Kind of Space" value={kind} onChange={(value) => set({ kind: value as SpaceKind })}>
        <div className={styles.kinds}>
          {spaceKinds.map((value) => {
            const { title, what, tradeOff, bytesPerWeight, weights } = kindsInWords[value]
            return (
              <Radio.Card key={value} value={value} className={styles.kind} disabled={isBusy} aria-label={title}>
                <span className={styles.title}>
                  <Radio.Indicator size="xs" /> {title}
                </span>
                <span>{what}</span>
                <span className={styles.tradeOff}>{tradeOff}</span>
                {parameterCount !== null && (
                  <span className={styles.size}>
                    {bytes(parameterCount * bytesPerWeight)} of {weights} weights + runtime
                    <ProvenanceTag provenance="predicted" />
                  </span>
                )}
              </Radio.Card>
            )
          })}
        </div>
      </Radio.Group>
      <div className={form.buttons}>
        <Button data-key="run" onClick={() => goTo('folder')}>
          Go on to the folder
        </Button>
      </div>
    </>
  )
}
