/**
 * Where a run's model comes from: its sizes, its tokenizer where it brings one, and its first weights. A preset begins with
 * random numbers and a vocabulary of its own; a pretrained model with what its folder holds, and a new head where the
 * folder's is none for these labels; a resumed run with its checkpoint.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { modelInvalid } from '../checkpoint/model-folder.ts'
import { readCheckpointConfig } from '../checkpoint/store.ts'
import { initializeParameters, type ParameterArena } from '../engine/parameters.ts'
import { digestModel } from '../pretrained/digest.ts'
import { openModel } from '../pretrained/open-model.ts'
import { modelPresets, type ModelConfig } from '../../shared/domain/model-config.ts'
import type { ModelReport } from '../../shared/domain/model-report.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import type { RankEnv } from './env.ts'
import { chooseModelConfig } from './run-data.ts'

export interface InitialModel {
  /** Text of the tokenizer.json that the model brings; null: a vocabulary is trained, of `vocabSize` entries. */
  tokenizerJson: string | null
  vocabSize: number
  /** Of everything that decides the first weights besides the configuration. */
  digest: string
  configFor(labels: string[], vocabSize: number): ModelConfig
  /** The first weights of a fresh run, on rank 0, from which the others get them. Returns what a person should read. */
  fill(arena: ParameterArena): Promise<string[]>
}

/** Throws MODEL_NOT_FOUND or MODEL_INVALID; no weights are read yet. */
export async function initialModel(env: Pick<RankEnv, 'config' | 'resumeFrom' | 'modelDirectory'>): Promise<InitialModel> {
  if (env.config.initFrom === undefined) return presetModel(env.config)
  if (env.resumeFrom !== null) return resumedModel(env.resumeFrom)
  if (env.modelDirectory === null) throw new Error('a run from a pretrained model needs the directory of the model')
  return pretrainedModel(env.config, env.modelDirectory)
}

const presetModel = (config: RunConfig): InitialModel => ({
  tokenizerJson: null,
  vocabSize: modelPresets[config.model].vocabSize,
  digest: '',
  configFor: (labels, vocabSize) => chooseModelConfig(config, labels, vocabSize),
  fill: (arena) => {
    initializeParameters(arena, config.seed)
    return Promise.resolve([])
  },
})

/** The folder that the run began from may be gone by now: everything is in the checkpoint. */
async function resumedModel(checkpoint: string): Promise<InitialModel> {
  const config = await readCheckpointConfig(checkpoint)
  return {
    tokenizerJson: await readFile(join(checkpoint, 'tokenizer.json'), 'utf8'),
    vocabSize: config.vocabSize,
    digest: '',
    configFor: () => config,
    fill: () => Promise.reject(new Error('a resumed run has its weights from the checkpoint')),
  }
}

async function pretrainedModel({ seed, dropout }: RunConfig, directory: string): Promise<InitialModel> {
  const { config, tokenizer, report } = await openModel(directory, { withWeights: false })
  const rates = dropout === undefined ? {} : { dropout, attentionDropout: dropout, seqClassifDropout: dropout }
  return {
    tokenizerJson: tokenizer.json,
    vocabSize: config.vocabSize,
    digest: await digestModel(directory),
    configFor: (labels) => ({ ...config, ...rates, labels }),
    fill: (arena) => fillFrom(directory, arena, report, seed),
  }
}

async function fillFrom(directory: string, arena: ParameterArena, { config, unexpected }: ModelReport, seed: number): Promise<string[]> {
  const { tensors } = await openModel(directory)
  const { labels } = arena.config
  const isForThese = config.labels.join('\n') === labels.join('\n')
  const made = new Set<string>()
  for (const { name, shape } of arena.specs) {
    const tensor = tensors.get(name)
    const isOfOtherLabels = name.startsWith('classifier.') && !isForThese
    if (!tensor || isOfOtherLabels || tensor.shape.join() !== shape.join()) made.add(name)
    else if (tensor.data.every(Number.isFinite)) arena.parameter(name).set(tensor.data)
    else throw modelInvalid(directory, `${name} holds something that is not a number`)
  }
  initializeParameters(arena, seed, made)
  const head =
    made.size === 0 ? `Its classifier was for these labels and is kept.` : `Made anew, for ${labels.join(', ')}: ${[...made].join(', ')}.`
  return [head, ...(unexpected.length === 0 ? [] : [`Of no use here and left out: ${someOf(unexpected)}.`])]
}

const shown = 4

const someOf = (names: readonly string[]): string =>
  names.slice(0, shown).join(', ') + (names.length > shown ? ` and ${names.length - shown} more` : '')
