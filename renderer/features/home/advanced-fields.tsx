/** The hyper-parameters, grouped by what they decide. What is wrong with one is said beneath it. */
import { NumberInput, Switch, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTrainDraft } from '../../state/train-draft.ts'
import type { CheckedDraft, DraftField } from '../../state/train-draft.ts'
import styles from './advanced-fields.module.css'

interface NumberFieldSpec {
  field: DraftField
  label: string
  help: string
  step: number
  placeholder?: string
}

const groups: { title: string; fields: NumberFieldSpec[] }[] = [
  {
    title: 'Batch and length',
    fields: [
      { field: 'epochs', label: 'Epochs', help: 'passes over the data', step: 1 },
      { field: 'microBatch', label: 'Micro-batch', help: 'examples per rank', step: 8 },
      { field: 'gradAccumSteps', label: 'Accumulation', help: 'micro-steps per update', step: 1 },
      { field: 'maxLength', label: 'Max length', help: 'tokens', step: 8 },
    ],
  },
  {
    title: 'Optimizer (AdamW)',
    fields: [
      { field: 'learningRate', label: 'Learning rate', help: 'peak', step: 0.0001 },
      { field: 'weightDecay', label: 'Weight decay', help: 'decoupled', step: 0.01 },
      { field: 'warmupFraction', label: 'Warm-up', help: 'share of all steps', step: 0.05 },
      { field: 'maxGradNorm', label: 'Gradient clip', help: 'global norm', step: 0.5 },
    ],
  },
  {
    title: 'Model, split, ranks',
    fields: [
      { field: 'dropout', label: 'Dropout', help: 'everywhere', step: 0.05 },
      { field: 'validationFraction', label: 'Validation', help: 'share of the rows', step: 0.05 },
      { field: 'seed', label: 'Seed', help: 'of everything random', step: 1 },
      { field: 'threadsPerRank', label: 'Threads per rank', help: 'empty: shared out evenly', step: 1, placeholder: 'auto' },
    ],
  },
]

export function AdvancedFields({ problems, cores }: { problems: CheckedDraft['problems']; cores: number }) {
  const { draft, set } = useTrainDraft()
  return (
    <div className={styles.fields}>
      {groups.map((group) => (
        <Group key={group.title} title={group.title}>
          {group.fields.map(({ field, label, help, step, placeholder }) => (
            <NumberInput
              key={field}
              label={label}
              description={field === 'threadsPerRank' ? `${help} (${cores} cores)` : help}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={draft[field] as number | string | undefined}
              onChange={(value) => set(field, value === '' && field === 'threadsPerRank' ? undefined : value)}
              step={step}
              error={problems[field]}
              {...(placeholder !== undefined && { placeholder })}
            />
          ))}
        </Group>
      ))}
      <Group title="This run">
        <TextInput
          label="Name"
          description="optional, for the list"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={String(draft.name ?? '')}
          onChange={(event) => set('name', event.currentTarget.value)}
          error={problems.name}
        />
        <NumberInput
          label="Bucket cap, MiB"
          description="gradients per all-reduce"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={typeof draft.bucketCapBytes === 'number' ? draft.bucketCapBytes / 1024 / 1024 : ''}
          onChange={(value) => set('bucketCapBytes', typeof value === 'number' ? Math.round(value * 1024 * 1024) : value)}
          step={1}
          error={problems.bucketCapBytes}
        />
        <Switch
          className={styles.switch}
          size="xs"
          label="Deterministic"
          description="same bits every time, slower"
          checked={draft.deterministic === true}
          onChange={(event) => set('deterministic', event.currentTarget.checked)}
        />
      </Group>
    </div>
  )
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className={styles.group}>
      <legend>{title}</legend>
      {children}
    </fieldset>
  )
}
