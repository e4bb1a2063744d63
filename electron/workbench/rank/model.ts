/** The lab's tiny model as a run has it, ready to train on this rank. */
import { broadcastParameters } from '../../ddp/broadcast.ts'
import { type Classifier, createClassifier, type ClassifierOptions } from '../../engine/classifier.ts'
import { AdamW } from '../../engine/optimizer.ts'
import { HostStore } from '../../engine/parameter-store.ts'
import { initializeParameters, ParameterArena } from '../../engine/parameters.ts'
import { chooseModelConfig } from '../../rank/run-data.ts'
import { runConfigSchema } from '../../../shared/domain/run-config.ts'
import type { RankBasics } from './context.ts'
import type { News } from './news.ts'

/** As in a run, and in PyTorch. The whole gradient of the tiny model fits into one. */
export const usualBucketCapBytes = 25 * 1024 * 1024

export interface Model {
  arena: ParameterArena
  store: HostStore
  classifier: Classifier
  optimizer: AdamW
}

interface ModelOptions {
  seed?: number
  /** None, unless the program is about it. */
  dropout?: number
  comparison?: NonNullable<ClassifierOptions['comparison']>
}

/** Collective: all ranks begin with the parameters of rank 0. */
export async function makeModel(context: RankBasics, news: News, options: ModelOptions = {}): Promise<Model> {
  context.progress('builds the model')
  const model = makeLocalModel(context, news, options)
  await broadcastParameters(context.setupGroup, model.arena.parameters)
  return model
}

/** The same without asking the other ranks: equal seeds give equal parameters. */
export function makeLocalModel({ threads }: RankBasics, news: News, { seed = 42, dropout = 0, comparison }: ModelOptions = {}): Model {
  const config = chooseModelConfig(runConfigSchema.parse({ dropout }), news.labels, news.tokenizer.vocabSize)
  const arena = new ParameterArena(config)
  initializeParameters(arena, seed)
  const store = new HostStore(arena)
  const classifier = createClassifier({ config, arena, store, threads, ...(comparison && { comparison }) })
  return { arena, store, classifier, optimizer: new AdamW(arena, { weightDecay: 0.01 }) }
}

/** A few of a tensor's elements, for a person to read. */
export const firstValues = (data: Float32Array, count = 8): number[] => [...data.subarray(0, count)]

export const norm = (data: ArrayLike<number>): number => Math.sqrt(Array.from(data).reduce((sum, value) => sum + value * value, 0))

/** Middle of the sorted times. */
export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
