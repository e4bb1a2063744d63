/**
 * The course of a rank: set up, then for each epoch train, evaluate, save. Every rank walks the same path; only rank 0
 * saves, and all report. A stop is agreed on after each step, so that all leave the path at the same place.
 */
import type { CheckpointState } from '../checkpoint/state.ts'
import { makeBatch } from '../data/batching.ts'
import { verifySameParameters } from '../ddp/broadcast.ts'
import { train, type TrainStep } from '../engine/loop.ts'
import type { RankChannel } from './channel.ts'
import type { RankEnv } from './env.ts'
import { evaluateTogether } from './evaluate-together.ts'
import { type RankSetup, setUpRank } from './setup.ts'
import { publishModel, saveSnapshot } from './snapshot.ts'
import { agreeToStop } from './stop-agreement.ts'

/** Trains to the end, or until a stop was agreed on. */
export async function trainRank(env: RankEnv, channel: RankChannel): Promise<'done' | 'stopped'> {
  const setup = await setUpRank(env, channel)
  channel.state('ready', 'compiling the first step')
  const reason = await new RankCourse(env, channel, setup).run()
  setup.group.close()
  return reason
}

class RankCourse {
  readonly #env: RankEnv
  readonly #channel: RankChannel
  readonly #setup: RankSetup
  /** Where the run stands; what a checkpoint made now would say. */
  #state: CheckpointState
  #savedStep: number

  constructor(env: RankEnv, channel: RankChannel, setup: RankSetup) {
    this.#env = env
    this.#channel = channel
    this.#setup = setup
    this.#state = setup.start
    this.#savedStep = setup.start.step
  }

  async run(): Promise<'done' | 'stopped'> {
    const { config } = this.#env
    while (this.#state.epoch < config.epochs) {
      const { epoch } = this.#state
      this.#channel.state('training', `training, epoch ${epoch + 1} of ${config.epochs}`)
      const stopping = await this.#trainEpoch(epoch)
      if (stopping || !(await this.#evaluateEpoch(epoch))) {
        await this.#saveAtStop(epoch)
        return 'stopped'
      }
    }
    return 'done'
  }

  /** The rest of an epoch. True where a stop was agreed on. */
  async #trainEpoch(epoch: number): Promise<boolean> {
    const { group, classifier, store, optimizer, sync, totalSteps } = this.#setup
    const { config, rank } = this.#env
    let stopping = await agreeToStop(group, this.#channel.stopRequested, this.#state.step)
    const steps = this.#stepsOfEpoch(epoch, this.#state.stepInEpoch)
    const startStep = this.#state.step
    for await (const result of train({
      classifier,
      store,
      optimizer,
      sync,
      config,
      steps,
      startStep,
      totalSteps,
      rank,
      shouldStop: () => stopping,
    })) {
      const { step, globalLoss, gradNorm, learningRate, local } = result
      if (step === this.#setup.start.step + 1) this.#channel.send({ type: 'device', device: this.#env.deviceName })
      this.#state = { ...this.#state, step, stepInEpoch: this.#state.stepInEpoch + 1, validationAccuracy: null }
      this.#channel.send({ type: 'step', step, epoch, globalLoss, gradNorm, learningRate, local, rssBytes: process.memoryUsage.rss() })
      stopping = await agreeToStop(group, this.#channel.stopRequested, step)
    }
    return stopping
  }

  /** This rank's batches of each optimizer step of `epoch`, from the step `from` on. */
  *#stepsOfEpoch(epoch: number, from: number): Generator<TrainStep> {
    const { sampler, tokens } = this.#setup
    const { microBatch: rows, maxLength } = this.#env.config
    sampler.setEpoch(epoch)
    let stepInEpoch = 0
    for (const microBatches of sampler.steps()) {
      if (stepInEpoch++ < from) continue
      yield { epoch, microBatches: microBatches.map((indices) => makeBatch(tokens.train, indices, { rows, lengthMultiple: 8, maxLength })) }
    }
  }

  /** Evaluates and saves. False where it was cut short by a stop. */
  async #evaluateEpoch(epoch: number): Promise<boolean> {
    const { group, classifier, tokens } = this.#setup
    const { microBatch, maxLength } = this.#env.config
    const { step, bestAccuracy } = this.#state
    this.#channel.state('evaluating', `evaluating epoch ${epoch + 1}`)
    const startMs = performance.now()
    const interrupted = () => this.#channel.stopRequested
    const evaluation = await evaluateTogether({ group, classifier, rows: tokens.validation, microBatch, maxLength, step, interrupted })
    if (evaluation === null) return false
    const evaluateMs = performance.now() - startMs
    const { accuracy: validationAccuracy, loss: validationLoss, count: validationCount } = evaluation
    this.#state = {
      ...this.#state,
      epoch: epoch + 1,
      stepInEpoch: 0,
      validationAccuracy,
      bestAccuracy: Math.max(bestAccuracy ?? 0, validationAccuracy),
    }
    await this.#save(epoch, (checkpoint) =>
      this.#channel.send({ type: 'epoch', epoch, step, validationLoss, validationAccuracy, validationCount, evaluateMs, checkpoint }),
    )
    return true
  }

  async #saveAtStop(epoch: number): Promise<void> {
    if (this.#state.step > this.#savedStep) await this.#save(epoch, () => undefined)
  }

  /** Rank 0 saves a checkpoint and the model folder while the others wait. `onSaved` hears the checkpoint's name on rank 0. */
  async #save(epoch: number, onSaved: (checkpoint: string) => void): Promise<void> {
    const { group, arena, store, tokenizer } = this.#setup
    const { runDirectory, config } = this.#env
    const { step } = this.#state
    await store.toHost()
    await verifySameParameters(group, arena.parameters, step)
    if (group.rank === 0) {
      this.#channel.state('saving', 'saving the checkpoint')
      const snapshot = { runDirectory, state: this.#state, arena, tokenizer, maxLength: config.maxLength }
      const checkpoint = await saveSnapshot(snapshot)
      onSaved(checkpoint)
      await publishModel(snapshot, checkpoint, epoch)
      this.#channel.send({ type: 'saved', checkpoint, step })
    } else {
      this.#channel.state('ready', 'waiting for rank 0 to save')
    }
    await group.barrier({ step, bucket: 0 })
    this.#savedStep = step
  }
}
