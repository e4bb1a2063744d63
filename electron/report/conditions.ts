/**
 * Under what conditions a run ran: configuration, data, model, machine, and what it takes to repeat it. Plain text rows
 * that HTML and Markdown both render; the renderings escape.
 */
import { hubDatasets } from '../../shared/domain/hub-datasets.ts'
import { deviceTitles } from '../../shared/domain/device.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'
import { architectureTitles } from '../../shared/domain/model-config.ts'
import { freezeInWords, globalBatch, type RunConfig, sourceInWords } from '../../shared/domain/run-config.ts'
import type { RunReport } from '../../shared/domain/report.ts'
import { formatBytes, formatCount, formatDate, formatPercent, formatSetting, missing } from './format.ts'
import { ranksInWords, type Table } from './results.ts'

export interface Fact {
  label: string
  value: string
  /** What the code calls it. */
  name?: string
}

const orMissing = (text: string | null | undefined): string => text || missing

export function configurationFacts({ record }: RunReport): Fact[] {
  const { config } = record
  const row = (name: keyof RunConfig, label: string, value: string): Fact => ({ label, value, name })
  return [
    config.initFrom === undefined
      ? row('model', 'Model preset', config.model)
      : row('initFrom', 'Pretrained model', sourceInWords(config.initFrom)),
    row('freeze', 'Frozen', freezeInWords(config.freeze)),
    row('layerwiseLrDecay', 'Learning rate from layer to layer, downwards', `× ${formatSetting(config.layerwiseLrDecay)}`),
    row('worldSize', 'Ranks', ranksInWords(config.worldSize)),
    row('device', 'Device of each rank', deviceTitles[config.device]),
    row('threadsPerRank', 'Threads in each rank', formatCount(record.threadsPerRank ?? config.threadsPerRank)),
    row('epochs', 'Epochs', formatCount(config.epochs)),
    row('microBatch', 'Samples per rank and micro-step', formatCount(config.microBatch)),
    row('gradAccumSteps', 'Micro-steps per step', formatCount(config.gradAccumSteps)),
    {
      label: 'Samples per step, all ranks (derived)',
      name: 'globalBatch',
      value: `${formatCount(config.microBatch)} × ${formatCount(config.gradAccumSteps)} × ${formatCount(config.worldSize)} = ${formatCount(globalBatch(config))}`,
    },
    row('learningRate', 'Highest learning rate', formatSetting(config.learningRate)),
    row('schedule', 'Learning rate after the warm-up', config.schedule),
    row('warmupFraction', 'Warm-up, share of all steps', formatPercent(config.warmupFraction)),
    row('weightDecay', 'Weight decay', formatSetting(config.weightDecay)),
    row('maxGradNorm', 'Gradient norm clipped at', formatSetting(config.maxGradNorm)),
    row('dropout', 'Dropout', config.dropout === undefined ? 'the model’s own' : formatSetting(config.dropout)),
    row('maxLength', 'Longest sequence, tokens', formatCount(config.maxLength)),
    row('validationFraction', 'Validation split', formatPercent(config.validationFraction)),
    row('bucketCapBytes', 'Gradient bucket, at most', formatBytes(config.bucketCapBytes)),
    row('deterministic', 'Deterministic', config.deterministic ? 'yes' : 'no'),
    row(
      'earlyStopPatience',
      'Stopped early after epochs without improvement',
      config.earlyStopPatience === undefined
        ? 'never'
        : `${formatCount(config.earlyStopPatience)}, by validation ${config.earlyStopMetric}`,
    ),
    row(
      'checkpointEverySteps',
      'Checkpoints',
      config.checkpointEverySteps === undefined
        ? 'after each epoch'
        : `after each epoch and every ${formatCount(config.checkpointEverySteps)} steps`,
    ),
    row('maxRestarts', 'Restarts after failures, at most', `${formatCount(config.maxRestarts)}${config.elastic ? ', elastic' : ''}`),
    row('seed', 'Seed', String(config.seed)),
  ]
}

export function dataFacts({ record }: RunReport): Fact[] {
  const { dataset, config } = record
  const { data } = config
  const source =
    data.kind === 'starter'
      ? 'the starter set that comes with the lab'
      : data.kind === 'hub'
        ? `${hubDatasets[data.name].id} on the hub, commit ${data.commit}`
        : data.path
  return [
    { label: 'Data set', value: orMissing(dataset?.title) },
    { label: 'Source', value: source },
    ...(data.kind !== 'starter' && data.kind !== 'hub' && data.mapping !== undefined
      ? [{ label: 'Columns', value: `text: ${data.mapping.textColumns.join(', ')}; label: ${data.mapping.labelColumn}` }]
      : []),
    { label: 'Licence', value: orMissing(dataset?.license) },
    { label: 'Rows read', value: formatCount(dataset?.rowCount) },
    { label: 'Rows skipped', value: formatCount(dataset?.badRowCount) },
    { label: 'Training rows', value: formatCount(record.trainCount) },
    { label: 'Validation rows', value: formatCount(record.validationCount) },
  ]
}

export function classTable({ record }: RunReport): Table {
  const { labels = [], classCounts = [], rowCount = 0 } = record.dataset ?? {}
  return {
    columns: ['Class', 'Rows', 'Share'],
    rows: labels.map((label, index) => [
      label,
      formatCount(classCounts[index]),
      formatPercent(rowCount > 0 ? (classCounts[index] ?? 0) / rowCount : null),
    ]),
  }
}

export function modelFacts({ record }: RunReport): Fact[] {
  const model = record.modelConfig
  return [
    { label: 'Architecture', value: `${architectureTitles[model?.architecture ?? 'distilbert']} for sequence classification` },
    { label: 'Trainable parameters', value: formatCount(record.trainableParameterCount ?? record.parameterCount) },
    { label: 'Layers', value: formatCount(model?.nLayers), name: 'n_layers' },
    { label: 'Hidden size', value: formatCount(model?.dim), name: 'dim' },
    { label: 'Feed-forward size', value: formatCount(model?.hiddenDim), name: 'hidden_dim' },
    { label: 'Attention heads', value: formatCount(model?.nHeads), name: 'n_heads' },
    { label: 'Vocabulary', value: formatCount(model?.vocabSize), name: 'vocab_size' },
    { label: 'Positions', value: formatCount(model?.maxPositionEmbeddings), name: 'max_position_embeddings' },
  ]
}

export function machineFacts(hardware: Hardware): Fact[] {
  return [
    { label: 'CPU', value: orMissing(hardware.cpuModel) },
    { label: 'Logical cores', value: formatCount(hardware.cpuCores) },
    { label: 'Memory', value: formatBytes(hardware.ramBytes) },
    { label: 'System', value: orMissing(hardware.os) },
    ...(hardware.gpus.length === 0 ? [{ label: 'GPU', value: 'none found; the run did not use any' }] : []),
    ...hardware.gpus.map((gpu) => ({
      label: 'GPU',
      value: `${gpu.name}, driver ${gpu.driver ?? 'not known'}, ${gpu.usable ? 'usable' : 'not used'}. ${gpu.note}`,
    })),
    ...hardware.backends.map((backend) => ({
      label: 'Backend',
      value: `${backend.name}, ${backend.available ? 'available' : 'not available'}. ${backend.note}`,
    })),
  ]
}

export const versionTable = ({ versions }: Hardware): Table => ({
  columns: ['Software', 'Version'],
  textColumns: [1],
  rows: Object.entries(versions),
})

/** What has to be equal for another run to compute the same numbers. */
export function identityFacts({ record }: RunReport): Fact[] {
  return [
    { label: 'Run', value: record.id },
    { label: 'Started', value: formatDate(record.createdAt) },
    { label: 'Ended', value: formatDate(record.endedAt) },
    { label: 'Starts', value: formatCount(record.attempt) },
    { label: 'Seed', value: String(record.config.seed) },
    { label: 'Data, SHA-256', value: orMissing(record.dataset?.digest) },
    { label: 'Tokenizer, SHA-256', value: orMissing(record.tokenizerDigest) },
    { label: 'Weights before the first step, SHA-256', value: orMissing(record.firstWeightsDigest) },
    { label: `Weights of the checkpoint ${record.checkpoint ?? ''}, SHA-256`, value: orMissing(record.lastWeightsDigest) },
  ]
}
