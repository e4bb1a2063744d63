/** What shall be compared, what will be done for it and how long that will take, and the button. */
import { Button, SegmentedControl, Select, Switch, TextInput } from '@mantine/core'
import { IconPlayerPlayFilled } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { targetOf } from '../../../shared/benchmark/time-to-accuracy.ts'
import type { BenchmarkSummary, PredictedPlan } from '../../../shared/contract/benchmarks.ts'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { BenchmarkForm, Factor, Scaling, Vary } from '../../../shared/domain/benchmark.ts'
import { deviceSchema } from '../../../shared/domain/device.ts'
import { modelTitle, paddingSchema, type RunConfig } from '../../../shared/domain/run-config.ts'
import { lab } from '../../ipc/client.ts'
import { isConnectionLoss, toErrorInfo } from '../../ipc/errors.ts'
import { useConnection } from '../../state/connection.ts'
import { checkDraft, useTrainDraft } from '../../state/train-draft.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { count, duration, plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { go, href } from '../../ui/route.ts'
import { dataTitle } from '../run-panel/run-title.ts'
import styles from './benchmark.module.css'
import { firstTarget, TargetChoice, TargetFields, withTarget } from './target-fields.tsx'

interface NewComparisonProps {
  running: BenchmarkSummary | null
  onError: (error: LabErrorInfo | null) => void
}

const factors: Record<Factor, { title: string; noun: string; first: string }> = {
  ranks: { title: 'Numbers of ranks', noun: 'ranks', first: '1, 2' },
  microBatch: { title: 'Micro-batches', noun: 'rows a rank', first: '16, 32, 64' },
  bucketCapBytes: { title: 'Bucket sizes, bytes', noun: 'bytes a bucket', first: '1048576, 26214400' },
  device: { title: 'Devices', noun: '', first: 'cpu, webgpu' },
  padding: { title: 'Padding policies', noun: '', first: 'packed, longest, maxLength' },
}

const questionDelayMs = 250

export function NewComparison({ running, onError }: NewComparisonProps) {
  const draft = useTrainDraft((state) => state.draft)
  const { config } = checkDraft(draft)
  const [factor, setFactor] = useState<Factor>('ranks')
  const [text, setText] = useState(factors.ranks.first)
  const [form, setForm] = useState<BenchmarkForm>('quick')
  const [scaling, setScaling] = useState<Scaling>('strong')
  const [target, setTarget] = useState(firstTarget)
  const [inference, setInference] = useState(false)
  const vary = varyOf(factor, text)
  const base = config && vary && withTarget(baseOf(config, vary), target)
  const asked = base && vary && { name: base.name, config: base, vary, scaling: factor === 'ranks' ? scaling : 'strong', form, inference }
  const { predicted, problem } = usePrediction(asked)

  const start = async (): Promise<void> => {
    if (!asked) return
    const { id } = await lab.benchmarks.start(asked)
    go('benchmark', id)
  }

  return (
    <Panel title="New comparison" hint="everything else as on the training card">
      <div className={styles.fields}>
        <Select
          size="sm"
          label="Compare"
          data={Object.entries(factors).map(([value, { title }]) => ({ value, label: title }))}
          value={factor}
          allowDeselect={false}
          onChange={(value) => {
            if (value === null) return
            setFactor(value as Factor)
            setText(factors[value as Factor].first)
          }}
        />
        <TextInput
          size="sm"
          label="Values, the baseline first"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={vary === null ? `Names with commas between them, for example ${factors[factor].first}` : problem?.cause}
        />
      </div>
      <div className={styles.choices}>
        <Choice label="Form" hint={formHints[form]}>
          <SegmentedControl
            size="xs"
            aria-label="Form"
            data={[
              { value: 'quick', label: 'Quick' },
              { value: 'full', label: 'Full' },
            ]}
            value={form}
            onChange={(value) => setForm(value as BenchmarkForm)}
          />
        </Choice>
        {factor === 'ranks' && (
          <Choice label="Scaling" hint={scalingHints[scaling]}>
            <SegmentedControl
              size="xs"
              aria-label="Scaling"
              data={[
                { value: 'strong', label: 'Strong' },
                { value: 'weak', label: 'Weak' },
              ]}
              value={scaling}
              onChange={(value) => setScaling(value as Scaling)}
            />
          </Choice>
        )}
        <Choice label="Train" hint={target.isWanted ? 'how long it takes to learn; evaluated on the way' : 'how fast a step is'}>
          <TargetChoice value={target} onChange={setTarget} />
        </Choice>
      </div>
      {target.isWanted && <TargetFields value={target} onChange={setTarget} />}
      <Switch
        size="sm"
        className={styles.inference}
        label="Then serve the trained model"
        description="1 to 16 clients ask it at once: latency against load"
        checked={inference}
        onChange={(event) => setInference(event.currentTarget.checked)}
      />
      <p className={styles.base}>
        {config ? (
          <>
            {modelTitle(config)} on {dataTitle({ dataset: null, config })}, at most {config.maxLength} tokens.{' '}
          </>
        ) : (
          'A value of the training card needs mending. '
        )}
        <a href={href('lab')}>Change it on the training card</a>
      </p>
      {predicted && <Protocol predicted={predicted} />}
      <div className={styles.startLine}>
        {running ? (
          <Button size="lg" onClick={() => go('benchmark', running.id)}>
            See the one that is going on
          </Button>
        ) : (
          <ActionButton
            size="lg"
            leftSection={<IconPlayerPlayFilled size={17} aria-hidden />}
            action={start}
            onError={onError}
            disabled={asked === null || predicted === null}
          >
            {vary ? `Compare ${inWords(vary)}` : 'Compare'}
          </ActionButton>
        )}
        <p className={styles.quiet}>Leave the machine alone meanwhile: whatever else it does is in the figures.</p>
      </div>
    </Panel>
  )
}

const formHints: Record<BenchmarkForm, string> = {
  quick: 'a first answer; the report says that it is quick',
  full: 'five repetitions of 200 steps: what a reviewer expects',
}
const scalingHints: Record<Scaling, string> = {
  strong: 'the same rows in every step, shared by the ranks',
  weak: 'the same rows on every rank: larger steps with more ranks',
}

function Choice({ label, hint, children }: { label: string; hint: string; children: React.ReactNode }) {
  return (
    <div>
      <span className={styles.label}>{label}</span>
      {children}
      <span className={styles.hint}>{hint}</span>
    </div>
  )
}

function Protocol({ predicted: { plan, predictedMs, basis } }: { predicted: PredictedPlan }) {
  const repetitions = plan.repetitions * plan.arms.length
  const target = targetOf(plan)
  return (
    <section className={styles.protocol} aria-label="What will be done">
      <ol className={styles.arms}>
        {plan.arms.map(({ id, label }, index) => (
          <li key={id}>
            {label}
            {index === 0 && <span className={styles.baseline}>baseline</span>}
          </li>
        ))}
      </ol>
      <p>
        Each {plan.repetitions} times, in turn: {plural(repetitions, 'training')} of {count(plan.warmupSteps)} steps to warm up and{' '}
        {count(plan.measuredSteps)} that count
        {target === null
          ? '.'
          : `, each until a validation has an accuracy of ${Number((target.accuracy * 100).toPrecision(4))} %, for ${count(target.maxSteps)} steps at most.`}
      </p>
      {plan.inference && (
        <p>
          Then the model of the baseline is served, and asked by {inWordsOf(plan.inference.clients)} clients at once,{' '}
          {plan.inference.repetitions} times {duration(plan.inference.turnMs)} each, and once more at fixed times.
        </p>
      )}
      <p>
        <strong>
          {target === null ? 'About' : 'At most about'} {duration(predictedMs)}
        </strong>{' '}
        <ProvenanceTag provenance="predicted" />
        <span className={styles.basis}>{basis}</span>
      </p>
    </section>
  )
}

type Asked = Parameters<typeof lab.benchmarks.plan>[0]

/** What the lab says of `asked`, a moment after the last change; the earlier answer stays until then. */
function usePrediction(asked: Asked | null): { predicted: PredictedPlan | null; problem: LabErrorInfo | null } {
  const generation = useConnection((state) => state.generation)
  const [answer, setAnswer] = useState<{ predicted: PredictedPlan | null; problem: LabErrorInfo | null }>({
    predicted: null,
    problem: null,
  })
  const question = JSON.stringify(asked)
  useEffect(() => {
    const given = JSON.parse(question) as Asked | null
    if (given === null || generation === 0) return
    let isWanted = true
    const timer = setTimeout(() => {
      lab.benchmarks.plan(given).then(
        (predicted) => isWanted && setAnswer({ predicted, problem: null }),
        (error: unknown) => isWanted && setAnswer({ predicted: null, problem: isConnectionLoss(error) ? null : toErrorInfo(error) }),
      )
    }, questionDelayMs)
    return () => {
      isWanted = false
      clearTimeout(timer)
    }
  }, [question, generation])
  return answer
}

/** Null where the text is no list of such values. */
function varyOf(factor: Factor, text: string): Vary | null {
  const words = text.split(',').map((word) => word.trim())
  if (factor === 'device') {
    const devices = words.map((word) => deviceSchema.safeParse(word).data)
    return devices.every((device) => device !== undefined) ? { factor, values: devices } : null
  }
  if (factor === 'padding') {
    const policies = words.map((word) => paddingSchema.safeParse(word).data)
    return policies.every((policy) => policy !== undefined) ? { factor, values: policies } : null
  }
  const values = words.map(Number)
  return words.every((word, index) => word !== '' && Number.isFinite(values[index])) ? { factor, values } : null
}

/** The rows of a step are those of the most ranks, as on the command line. */
const baseOf = (config: RunConfig, vary: Vary): RunConfig =>
  vary.factor === 'ranks' ? { ...config, worldSize: Math.min(16, Math.max(1, ...vary.values.map(Math.trunc))) } : config

/** '1 and 2 ranks' */
const inWords = ({ factor, values }: Vary): string => `${inWordsOf(values)} ${factors[factor].noun}`.trim()

/** '1, 2 and 4' */
const inWordsOf = (values: readonly (number | string)[]): string =>
  values.length < 2 ? String(values[0] ?? '') : `${values.slice(0, -1).join(', ')} and ${values.at(-1)}`
