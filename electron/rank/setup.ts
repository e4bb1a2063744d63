/**
 * Everything a rank needs before its first step: process group, data, vocabulary, model, optimizer, and the place in the
 * run to begin at. Whatever must be equal on all ranks is made from rank 0's, or compared by the supervisor, which then
 * says `go`.
 */
import { createHash } from 'node:crypto'
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
import { frozenDepths } from '../engine/fine-tuning.ts'
import { countParameters, ParameterArena } from '../engine/parameters.ts'
import { placeTraining } from '../engine/placement.ts'
import { LabError } from '../../shared/contract/errors.ts'
import type { RankChannel } from './channel.ts'
import type { RankEnv } from './env.ts'
import { environmentOf, otherEnvironment } from './environment.ts'
import type { RankDigests } from './protocol.ts'
import { initialModel } from './initial-model.ts'
import { loadRows, type RunTokens, tokenizeRows } from './run-data.ts'
import { restoreSnapshot } from './snapshot.ts'
import { StepDeadline } from './step-deadline.ts'
import { shareTokenizer } from './vocabulary.ts'
import { watchedGroup } from './watched-group.ts'

export interface RankSetup {
  group: ProcessGroup
  /** To be told of each step's time: it sets the deadline of the collectives. */
  deadline: StepDeadline
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
  /** SHA-256 of the weights that it begins with. */
  weightsDigest: string
}

/** For finding each other: a busy machine starts many processes slowly. */
const joinTimeoutMs = 180_000

/** Collective. `beat` is what the heartbeat sends. */
export async function setUpRank(env: RankEnv, channel: RankChannel, beat: Int32Array): Promise<RankSetup> {
  const { config, rank, worldSize } = env
  channel.state('joining', 'reading data')
  const deadline = new StepDeadline()
  const [ring, rows, initial] = await Promise.all([
    joinSocketRing({
      rank,
      worldSize,
      attempt: env.attempt,
      directory: env.rendezvousDirectory,
      timeoutMs: joinTimeoutMs,
      collectiveTimeoutMs: () => deadline.ms,
    }),
    loadRows(config),
    initialModel(env),
  ])
  const group = watchedGroup(ring, beat)
  const tokenizer = await shareTokenizer({
    ...env,
    group,
    train: rows.train,
    vocabSize: initial.vocabSize,
    tokenizerJson: initial.tokenizerJson,
    onTraining: () => channel.state('joining', 'training the vocabulary'),
  })
  const fresh = freshState(env, initial.digest, rows.card.digest, tokenizer.digest)
  const saved = env.resumeFrom === null ? fresh : checkResumable(await readCheckpointState(env.resumeFrom), fresh)
  channel.send({ type: 'ready', digests: digestsOf(saved) })
  await channel.permission('go')

  channel.state('joining', 'building the model')
  const modelConfig = initial.configFor(rows.card.labels, tokenizer.vocabSize)
  const tokens = tokenizeRows(rows, tokenizer, config.maxLength)
  const arena = new ParameterArena(modelConfig, frozenDepths(config.freeze, modelConfig))
  const notes: string[] = []
  if (rank === 0) {
    if (env.resumeFrom === null) notes.push(...(await initial.fill(arena)))
    else await restoreSnapshot(arena, env.resumeFrom)
  }
  const weightsDigest = await broadcastParameters(group, arena.parameters)
  if (env.resumeFrom !== null) {
    await broadcastParameters(group, arena.firstMoments)
    await broadcastParameters(group, arena.secondMoments)
  }
  const trainable = { specs: arena.trainable, offsets: arena.offsets }
  const reducer = new Reducer({ group, arena: trainable, bucketCapBytes: config.bucketCapBytes })
  const { store, optimizer, sync } = await placeTraining({
    arena,
    device: config.device,
    optimizer: { weightDecay: config.weightDecay, layerwiseLrDecay: config.layerwiseLrDecay },
    sync: reducer,
    isAlone: worldSize === 1,
  })
  optimizer.step = saved.step
  const sampler = new DistributedSampler({
    lengths: tokens.train.ids.map((ids) => ids.length),
    microBatch: config.microBatch,
    gradAccumSteps: config.gradAccumSteps,
    worldSize,
    rank,
    seed: config.seed,
    shuffle: true,
  })
  const environment = environmentOf(env, reducer.buckets)
  const start: CheckpointState = { ...saved, worldSize, environment }
  sampler.setEpoch(start.epoch, start.segments)
  const wholeEpochsLeft = config.epochs - start.epoch - 1
  const ofAllEpochs =
    wholeEpochsLeft < 0 ? start.step : start.step + sampler.globalBatches().length + wholeEpochsLeft * sampler.stepsPerEpoch
  const totalSteps = Math.min(ofAllEpochs, config.maxSteps ?? Infinity)
  if (rank === 0) {
    const { badRowCount, title } = rows.card
    channel.send({
      type: 'prepared',
      dataset: rows.card,
      trainCount: rows.train.length,
      validationCount: rows.validation.length,
      tokenizerDigest: tokenizer.digest,
      weightsDigest,
      modelConfig,
      parameterCount: countParameters(arena.specs),
      trainableParameterCount: countParameters(arena.trainable),
      totalSteps,
      notes: [
        ...notes,
        ...(config.freeze === 'none' ? [] : [frozenNote(arena)]),
        ...(badRowCount === 0 ? [] : [`${badRowCount} bad rows of ${title} were skipped.`]),
        ...(env.resumeFrom === null ? [] : otherEnvironment(saved, start)),
      ],
    })
  }
  return {
    group,
    deadline,
    tokens,
    tokenizer,
    arena,
    classifier: createClassifier({
      config: modelConfig,
      arena,
      store,
      threads: env.threads,
      comparison: { keepPadding: config.padding !== 'packed' },
    }),
    store,
    optimizer,
    sync,
    sampler,
    totalSteps,
    start,
    weightsDigest,
  }
}

function frozenNote({ specs, trainable }: ParameterArena): string {
  const [some, all] = [trainable, specs].map((list) => countParameters(list).toLocaleString('en'))
  return `${some} of ${all} parameters are trained; the others are frozen and stay as they are.`
}

function freshState(env: RankEnv, modelDigest: string, dataDigest: string, tokenizerDigest: string): CheckpointState {
  return {
    format: 1,
    runId: env.runId,
    step: 0,
    epoch: 0,
    stepInEpoch: 0,
    seed: env.config.seed,
    worldSize: env.worldSize,
    configDigest: configDigest(env.config),
    modelDigest,
    tokenizerDigest,
    dataDigest,
    validationAccuracy: null,
    bestAccuracy: null,
    segments: [],
    earlyStop: { best: null, epochsWithout: 0 },
    environment: { versions: {}, threads: env.threads, bucketSizes: [] },
  }
}

function digestsOf(state: CheckpointState): RankDigests {
  const { configDigest: config, dataDigest: data, tokenizerDigest: tokenizer, modelDigest: model } = state
  return { config, data, model, tokenizer, checkpoint: createHash('sha256').update(JSON.stringify(state)).digest('hex') }
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
