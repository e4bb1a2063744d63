/** The hyper-parameters, grouped by what they decide. What is wrong with one is said beneath it. */
import { NumberInput, Select, Switch, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { freezeInWords } from '../../../shared/domain/run-config.ts'
import type { EarlyStopMetric, Schedule } from '../../../shared/domain/run-config.ts'
import { useChosenPretrained } from './model-choice.tsx'
import { useTrainDraft } from '../../state/train-draft.ts'
import type { CheckedDraft, DraftField } from '../../state/train-draft.ts'
import styles from './advanced-fields.module.css'

interface NumberFieldSpec {
  field: DraftField
  label: string
  help: string
  step: number
  /** Shown where the field may stay empty. */
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

const schedules = { constant: 'constant', linear: 'linear to zero', cosine: 'cosine to zero' } satisfies Record<Schedule, string>
const metrics = { accuracy: 'accuracy', loss: 'loss' } satisfies Record<EarlyStopMetric, string>

export function AdvancedFields({ problems, cores }: { problems: CheckedDraft['problems']; cores: number }) {
  const { draft, set } = useTrainDraft()
  const pretrained = useChosenPretrained()
  return (
    <div className={styles.fields}>
      {groups.map((group) => (
        <Group key={group.title} title={group.title}>
          {group.fields.map((spec) => (
            <NumberField key={spec.field} spec={inContext(spec, cores, pretrained !== null)} problems={problems} />
          ))}
        </Group>
      ))}
      {pretrained && <FineTuning layers={pretrained.layers} problems={problems} />}
      <Group title="Schedule and early stop">
        <Choice field="schedule" label="Schedule" help="learning rate after the warm-up" choices={schedules} />
        <NumberField
          spec={{ field: 'earlyStopPatience', label: 'Early stop', help: 'epochs without improvement', step: 1, placeholder: 'never' }}
          problems={problems}
        />
        <Choice field="earlyStopMetric" label="Improvement of" help="on the validation rows" choices={metrics} />
      </Group>
      <Group title="Checkpoints and failures">
        <NumberField
          spec={{
            field: 'checkpointEverySteps',
            label: 'Checkpoint every',
            help: 'steps, besides each epoch',
            step: 10,
            placeholder: 'epoch',
          }}
          problems={problems}
        />
        <NumberField spec={{ field: 'maxRestarts', label: 'Restarts', help: 'in a row, by itself', step: 1 }} problems={problems} />
        <Switch
          className={styles.switch}
          size="xs"
          label="Elastic"
          description="go on with the ranks left"
          checked={draft.elastic === true}
          onChange={(event) => set('elastic', event.currentTarget.checked)}
        />
      </Group>
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
          description="same bits on any number of cores: 1 thread each"
          checked={draft.deterministic === true}
          onChange={(event) => set('deterministic', event.currentTarget.checked)}
        />
      </Group>
    </div>
  )
}

interface FineTuningProps {
  /** Of the model; null while it is not known. */
  layers: number | null
  problems: CheckedDraft['problems']
}

/** What of a pretrained model stays as it is, and how fast the rest learns. */
function FineTuning({ layers, problems }: FineTuningProps) {
  const lower = Array.from({ length: layers ?? 0 }, (_, index) => String(index + 1))
  const choices = Object.fromEntries(['none', 'embeddings', ...lower, 'encoder'].map((freeze) => [freeze, freezeInWords(freeze)]))
  return (
    <Group title="Fine-tuning">
      <Choice field="freeze" label="Freeze" help="stays as it was pretrained" choices={choices} />
      <NumberField
        spec={{ field: 'layerwiseLrDecay', label: 'Layer-wise rate', help: 'of each layer, times the one above', step: 0.05 }}
        problems={problems}
      />
    </Group>
  )
}

function NumberField({ spec, problems }: { spec: NumberFieldSpec; problems: CheckedDraft['problems'] }) {
  const { draft, set } = useTrainDraft()
  const { field, label, help, step, placeholder } = spec
  return (
    <NumberInput
      label={label}
      description={help}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={(draft[field] as number | string | undefined) ?? ''}
      onChange={(value) => set(field, value === '' && placeholder !== undefined ? undefined : value)}
      step={step}
      error={problems[field]}
      {...(placeholder !== undefined && { placeholder })}
    />
  )
}

interface ChoiceProps {
  field: DraftField
  label: string
  help: string
  /** What each value is called. */
  choices: Record<string, string>
}

/** What a field says of this machine, and of a model that has a dropout of its own. */
function inContext(spec: NumberFieldSpec, cores: number, isPretrained: boolean): NumberFieldSpec {
  if (spec.field === 'threadsPerRank') return { ...spec, help: `${spec.help} (${cores} cores)` }
  if (spec.field === 'dropout' && isPretrained) return { ...spec, placeholder: 'the model’s own' }
  return spec
}

function Choice({ field, label, help, choices }: ChoiceProps) {
  const { draft, set } = useTrainDraft()
  return (
    <Select
      size="xs"
      label={label}
      description={help}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      data={Object.entries(choices).map(([value, title]) => ({ value, label: title }))}
      value={String(draft[field])}
      onChange={(value) => set(field, value)}
      allowDeselect={false}
    />
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
