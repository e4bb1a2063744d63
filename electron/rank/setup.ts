/**
 * Everything a rank needs before its first step: process group, data, vocabulary, model, optimizer, and the place in the
 * run to begin at. Whatever must be equal on all ranks is made from rank 0's and compared.
 */
import { readCheckpointState } from '../checkpoint/store.ts'
import type { CheckpointState } from '../checkpoint/state.ts'
import { configDigest } from '../checkpoint/state.ts'
import type { ProcessGroup } from '../collectives/process-group.ts'
import { joinSocketRing } from '../collectives/socket-ring.ts'
import type { Tokenizer } from '../data/tokenizer.ts'
import { broadcastParameters } from '../ddp/broadcast.ts'
import { Reducer } from '../ddp/reducer.ts'
import { DistributedSampler } from '../ddp/sampler.ts'
import { type Classifier, createClassifier } from '../engine/classifier.ts'
import type { GradientSync } from '../engine/gradient-sync.ts'
import type { Optimizer } from '../engine/optimizer.ts'
import type { ParameterStore } from '../engine/parameter-store.ts'
import { initializeParameters, ParameterArena } from '../engine/parameters.ts'
import { placeTraining } from '../engine/placement.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { modelPresets } from '../../shared/domain/model-config.ts'
import type { RankChannel } from './channel.ts'
import type { RankEnv } from './env.ts'
import { checkSameEverywhere, chooseModelConfig, loadRows, type RunTokens, tokenizeRows } from './run-data.ts'
import { restoreSnapshot } from './snapshot.ts'
import { shareTokenizer } from './vocabulary.ts'

export interface RankSetup {
  group: ProcessGroup
  tokens: RunTokens
  tokenizer: Tokenizer
  arena: ParameterArena
  classifier: Classifier
  store: ParameterStore
  optimizer: Optimizer
  sync: GradientSync
  sampler: DistributedSampler
  totalSteps: number
  /** Where to begin; zeros for a fresh run. */
  start: CheckpointState
}

/**
 * Deadline of each collective. Far beyond any honest wait (rank 0 saving a large model to a slow disk): a rank that died
 * or hangs is noticed much earlier, by its connection or its heartbeat.
 */
const collectiveTimeoutMs = 180_000

/** Collective. */
export async function setUpRank(env: RankEnv, channel: RankChannel): Promise<RankSetup> {
  const { config, rank, worldSize } = env
  channel.state('joining', 'reading data')
  const [group, rows] = await Promise.all([
    joinSocketRing({ rank, worldSize, attempt: env.attempt, directory: env.rendezvousDirectory, timeoutMs: collectiveTimeoutMs }),
    loadRows(config),
  ])
  const tokenizer = await shareTokenizer({
    ...env,
    group,
    train: rows.train,
    vocabSize: modelPresets[config.model].vocabSize,
    onTraining: () => channel.state('joining', 'training the vocabulary'),
  })
  const fresh = freshState(env, rows.card.digest, tokenizer.digest)
  await checkSameEverywhere(group, [fresh.configDigest, fresh.dataDigest, fresh.tokenizerDigest])
  const start = env.resumeFrom === null ? fresh : checkResumable(await readCheckpointState(env.resumeFrom), fresh)

  channel.state('joining', 'building the model')
  const modelConfig = chooseModelConfig(config, rows.card.labels, tokenizer.vocabSize)
  const tokens = tokenizeRows(rows, tokenizer, config.maxLength)
  const arena = new ParameterArena(modelConfig)
  if (env.resumeFrom === null) initializeParameters(arena, config.seed)
  else if (rank === 0) await restoreSnapshot(arena, env.resumeFrom)
  await broadcastParameters(group, arena.parameters)
  if (env.resumeFrom !== null) {
    await broadcastParameters(group, arena.firstMoments)
    await broadcastParameters(group, arena.secondMoments)
  }
  const { store, optimizer, sync } = await placeTraining({
    arena,
    device: config.device,
    optimizer: { weightDecay: config.weightDecay },
    sync: new Reducer({ group, arena, bucketCapBytes: config.bucketCapBytes }),
    isAlone: worldSize === 1,
  })
  optimizer.step = start.step
  const sampler = new DistributedSampler({
    lengths: tokens.train.ids.map((ids) => ids.length),
    microBatch: config.microBatch,
    gradAccumSteps: config.gradAccumSteps,
    worldSize,
    rank,
    seed: config.seed,
    shuffle: true,
  })
  const totalSteps = sampler.stepsPerEpoch * config.epochs
  if (rank === 0) {
    const { badRowCount, title } = rows.card
    channel.send({
      type: 'prepared',
      dataset: rows.card,
      trainCount: rows.train.length,
      validationCount: rows.validation.length,
      tokenizerDigest: tokenizer.digest,
      modelConfig,
      parameterCount: arena.specs.reduce((sum, { size }) => sum + size, 0),
      totalSteps,
      notes: badRowCount === 0 ? [] : [`${badRowCount} bad rows of ${title} were skipped.`],
    })
  }
  return {
    group,
    tokens,
    tokenizer,
    arena,
    classifier: createClassifier({ config: modelConfig, arena, store, threads: env.threads }),
    store,
    optimizer,
    sync,
    sampler,
    totalSteps,
    start,
  }
}

function freshState(env: RankEnv, dataDigest: string, tokenizerDigest: string): CheckpointState {
  return {
    format: 1,
    runId: env.runId,
    step: 0,
    epoch: 0,
    stepInEpoch: 0,
    seed: env.config.seed,
    worldSize: env.worldSize,
    configDigest: configDigest(env.config),
    tokenizerDigest,
    dataDigest,
    validationAccuracy: null,
    bestAccuracy: null,
  }
}

function checkResumable(saved: CheckpointState, now: CheckpointState): CheckpointState {
  const changed = saved.dataDigest !== now.dataDigest ? 'The data' : saved.tokenizerDigest !== now.tokenizerDigest ? 'The vocabulary' : null
  if (changed === null) return saved
  throw new LabError({
    code: 'RUN_NOT_RESUMABLE',
    title: 'The run cannot be resumed',
    cause: `${changed} is not what it was when the checkpoint was saved.`,
    suggestion: 'Put the old data back, or start a new run on the new data.',
  })
}
