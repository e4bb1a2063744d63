/** Everything that decided what the run computed, and the command that repeats it. */
import { CopyButton, UnstyledButton } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { deviceTitles } from '../../../shared/domain/device.ts'
import { freezeInWords, globalBatch, modelTitle, sourceInWords } from '../../../shared/domain/run-config.ts'
import type { Imported, RunRecord } from '../../../shared/domain/run.ts'
import { bytes, count, duration, percent, plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import styles from './config-panel.module.css'
import { dataTitle } from './run-title.ts'

type Fact = [name: string, value: string, full?: string]

export function ConfigPanel({ record }: { record: RunRecord }) {
  return (
    <Panel title="Configuration" hint={<span className="mono">{record.id}</span>}>
      <div className={styles.groups}>
        {groupsOf(record).map(([title, facts]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {facts.map(([name, value, full], index) => (
                <div key={index}>
                  <dt>{name}</dt>
                  <dd title={full ?? value}>{value}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div className={styles.command}>
        <span>Repeat it:</span>
        <code className="mono">{record.command}</code>
        <CopyButton value={record.command}>
          {({ copied, copy }) => (
            <UnstyledButton onClick={copy} className={styles.copy} aria-label="Copy the command">
              {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
            </UnstyledButton>
          )}
        </CopyButton>
      </div>
    </Panel>
  )
}

/** Said only where it is not what every training does. */
const fineTuning = ({ freeze, layerwiseLrDecay }: RunRecord['config']): Fact[] => [
  ...(freeze === 'none' ? [] : [['Frozen', freezeInWords(freeze)] satisfies Fact]),
  ...(layerwiseLrDecay === 1 ? [] : [['Rate of each layer', `${layerwiseLrDecay} × the one above`] satisfies Fact]),
]

function groupsOf({ config, ...record }: RunRecord): [string, Fact[]][] {
  const model = record.modelConfig
  const digest = (value: string | null | undefined): Fact[1] => (value ? `${value.slice(0, 12)}…` : '–')
  return [
    [
      'Batch',
      [
        [
          'Global batch',
          `${globalBatch(config)} = ${config.microBatch} × ${config.gradAccumSteps} × ${config.worldSize}`,
          'micro-batch × accumulation × ranks, derived',
        ],
        ['Epochs', String(config.epochs)],
        [
          'Early stop',
          config.earlyStopPatience === undefined
            ? 'never'
            : `after ${plural(config.earlyStopPatience, 'epoch')}, ${config.earlyStopMetric}`,
        ],
        ['Max length', `${config.maxLength} tokens`],
        ['Ranks', `${config.worldSize} × ${plural(record.threadsPerRank ?? 0, 'thread')}, ${deviceTitles[config.device]}`],
        ['Bucket cap', bytes(config.bucketCapBytes)],
      ],
    ],
    [
      'Optimizer',
      [
        ['AdamW, learning rate', String(config.learningRate)],
        ['Weight decay', String(config.weightDecay)],
        ['Schedule', `${config.schedule}, warm-up ${percent(config.warmupFraction, 0)}`],
        ['Gradient clip', String(config.maxGradNorm)],
        ['Dropout', config.dropout === undefined ? 'the model’s own' : String(config.dropout)],
        ...fineTuning(config),
      ],
    ],
    [
      'Data',
      [
        ['Data set', dataTitle({ dataset: record.dataset, config })],
        ['Training rows', count(record.trainCount)],
        ['Validation rows', count(record.validationCount)],
        ['Classes', record.dataset?.labels.join(', ') ?? '–'],
        ['Digest', digest(record.dataset?.digest), record.dataset?.digest],
      ],
    ],
    [
      'Model',
      [
        ['Size', model ? `${model.nLayers} layers × ${model.dim}, ${plural(model.nHeads, 'head')}` : modelTitle(config)],
        ['Began with', config.initFrom ? sourceInWords(config.initFrom) : 'random weights'],
        ['Vocabulary', count(model?.vocabSize)],
        ['Parameters', count(record.parameterCount)],
        ['Tokenizer', digest(record.tokenizerDigest), record.tokenizerDigest ?? undefined],
      ],
    ],
    [
      'Run',
      [
        ['Seed', String(config.seed)],
        ['Deterministic', config.deterministic ? 'yes' : 'no'],
        ['First step after', duration(record.timeToFirstStepMs)],
        ...(record.imported
          ? []
          : ([
              [
                'Checkpoints',
                config.checkpointEverySteps === undefined ? 'each epoch' : `each epoch, every ${count(config.checkpointEverySteps)} steps`,
              ],
              [
                'Restarts',
                `${count(record.incidents.length)}, at most ${count(config.maxRestarts)} in a row${config.elastic ? ', elastic' : ''}`,
              ],
              ['Attempt', String(record.attempt)],
              ['Runtime', `onnxruntime ${record.hardware.versions['onnxruntime-node'] ?? ''}`],
            ] satisfies Fact[])),
      ],
    ],
    ...(record.imported ? [machineOf(record.imported, record.hardware)] : []),
  ]
}

/** Where an imported run was made, in the words of the machine itself, and of which files. */
function machineOf({ program, backend, nodes, digests }: Imported, { cpuModel, gpus, versions }: RunRecord['hardware']): [string, Fact[]] {
  const used = gpus.filter(({ usable }) => usable)
  const digest = (name: string, value: string | undefined): Fact[] => (value ? [[name, `${value.slice(0, 12)}…`, `SHA-256 ${value}`]] : [])
  return [
    'Trained elsewhere',
    [
      ['By', `${program}, ${backend}, ${plural(nodes, 'machine')}`],
      ...(used.length === 0
        ? [['On', cpuModel] satisfies Fact]
        : used.map(({ name, pciAddress, note }): Fact => ['On', pciAddress ? `${name}, ${pciAddress}` : name, note])),
      ...Object.entries(versions).map(([name, version]): Fact => [name, version]),
      ...digest('Weights to start from', digests?.initialWeights),
      ...digest('Trained weights', digests?.trainedWeights),
    ],
  ]
}
