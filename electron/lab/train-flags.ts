/**
 * The flags of `npm run train` and the fields of RunConfig they set: one table, read forwards by the command line and
 * backwards to print the command that repeats a run. It lives in the lab because runs started in the window have one too.
 */
import type { RunConfig } from '../../shared/domain/run-config.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import { shellQuoted } from '../../shared/domain/shell-quote.ts'

interface TrainFlag {
  field: Exclude<keyof RunConfig, 'data' | 'initFrom'>
  kind: 'number' | 'text' | 'switch'
  help: string
}

export const trainFlags = {
  ranks: { field: 'worldSize', kind: 'number', help: 'number of ranks, each a process of its own' },
  device: { field: 'device', kind: 'text', help: 'cpu, webgpu, cuda or tensorflow' },
  model: { field: 'model', kind: 'text', help: 'tiny, small or distilbert' },
  freeze: { field: 'freeze', kind: 'text', help: 'none, embeddings, encoder (all but the head) or a number of lower layers' },
  'layerwise-lr-decay': { field: 'layerwiseLrDecay', kind: 'number', help: 'each layer learns at so many times the rate of the one above' },
  epochs: { field: 'epochs', kind: 'number', help: 'passes over the training data' },
  'max-steps': { field: 'maxSteps', kind: 'number', help: 'ends after so many optimizer steps, if the epochs have not ended before' },
  'micro-batch': { field: 'microBatch', kind: 'number', help: 'examples per rank and micro-step' },
  'grad-accum': { field: 'gradAccumSteps', kind: 'number', help: 'micro-steps per optimizer step' },
  lr: { field: 'learningRate', kind: 'number', help: 'peak learning rate of AdamW' },
  'weight-decay': { field: 'weightDecay', kind: 'number', help: 'decoupled weight decay' },
  schedule: { field: 'schedule', kind: 'text', help: 'of the learning rate after the warm-up: constant, linear or cosine' },
  warmup: { field: 'warmupFraction', kind: 'number', help: 'share of all steps in which the learning rate rises' },
  'max-grad-norm': { field: 'maxGradNorm', kind: 'number', help: 'gradients are clipped to this norm' },
  dropout: { field: 'dropout', kind: 'number', help: 'probability, in every dropout of the model' },
  'max-length': { field: 'maxLength', kind: 'number', help: 'longest headline in tokens' },
  padding: {
    field: 'padding',
    kind: 'text',
    help: 'packed (none is computed), longest (of the batch) or maxLength; changes times, not results',
  },
  seed: { field: 'seed', kind: 'number', help: 'of the initial weights, the order of the data and dropout' },
  'val-fraction': { field: 'validationFraction', kind: 'number', help: 'share of the data kept for validation' },
  'validations-per-epoch': {
    field: 'validationsPerEpoch',
    kind: 'number',
    help: 'how often an epoch is validated, the last time at its end',
  },
  'target-accuracy': { field: 'targetAccuracy', kind: 'number', help: 'ends the run as soon as a validation has this accuracy' },
  threads: { field: 'threadsPerRank', kind: 'number', help: 'threads of each rank (default: the cores shared out evenly)' },
  'bucket-cap-bytes': { field: 'bucketCapBytes', kind: 'number', help: 'gradient bytes that are all-reduced at once' },
  deterministic: {
    field: 'deterministic',
    kind: 'switch',
    help: 'the same bits on any machine of this kind: one thread for each rank unless --threads is given',
  },
  'early-stop': { field: 'earlyStopPatience', kind: 'number', help: 'ends the run after so many epochs without improvement' },
  'early-stop-metric': { field: 'earlyStopMetric', kind: 'text', help: 'validation accuracy or loss' },
  'checkpoint-every': { field: 'checkpointEverySteps', kind: 'number', help: 'steps between checkpoints, besides those after each epoch' },
  'max-restarts': { field: 'maxRestarts', kind: 'number', help: 'restarts by itself after failures, without progress in between' },
  elastic: { field: 'elastic', kind: 'switch', help: 'after a failure goes on with the ranks that are left (not bit-exact)' },
  name: { field: 'name', kind: 'text', help: 'what the run is called in the list of runs' },
} as const satisfies Record<string, TrainFlag>

/** The shell command that repeats a run with `config`; what is the default is left out, the number of ranks never is. */
export function trainCommand(config: RunConfig): string {
  // Some defaults are the model's own; which model is the default is not.
  const defaults = { ...runConfigSchema.parse({ model: config.model, initFrom: config.initFrom }), model: runConfigSchema.parse({}).model }
  const words = ['npm run train --', `--ranks ${config.worldSize}`]
  for (const [flag, { field, kind }] of Object.entries(trainFlags)) {
    const value = config[field]
    if (flag === 'ranks' || value === undefined || value === defaults[field]) continue
    words.push(kind === 'switch' ? `--${flag}` : `--${flag} ${shellQuoted(String(value))}`)
  }
  if (config.initFrom?.kind === 'folder') words.push(`--from ${shellQuoted(config.initFrom.path)}`)
  if (config.initFrom?.kind === 'hub') words.push(`--from ${shellQuoted(`${config.initFrom.id}@${config.initFrom.revision}`)}`)
  if (config.data.kind === 'hub') words.push(`--data ${config.data.name}@${config.data.commit}`)
  else if (config.data.kind !== 'starter') {
    const { path, mapping, onBadRow } = config.data
    words.push(`--data ${shellQuoted(path)}`)
    if (mapping)
      words.push(`--text-columns ${shellQuoted(mapping.textColumns.join(','))}`, `--label-column ${shellQuoted(mapping.labelColumn)}`)
    if (onBadRow !== 'skip') words.push(`--on-bad-row ${onBadRow}`)
  }
  return words.join(' ')
}
