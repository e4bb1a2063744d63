/**
 * The course of a rank: set up, then for each epoch train, evaluate, save. Every rank walks the same path; only rank 0
 * saves, and all report. A stop is agreed on after each step, so that all leave the path at the same place.
 */
import type { CheckpointState } from '../checkpoint/state.ts'
import { checkpointName } from '../checkpoint/store.ts'
import type { StepMetrics } from '../../shared/domain/metrics.ts'
import { makeBatch } from '../data/batching.ts'
import { verifySameParameters } from '../ddp/broadcast.ts'
import { type StepResult, train, type TrainStep } from '../engine/loop.ts'
import type { RankChannel } from './channel.ts'
import { keepDivergedFacts } from './diverged-facts.ts'
import { afterEvaluation, earlyStopNote, isPatienceOver } from './early-stop.ts'
import type { RankEnv } from './env.ts'
import { evaluateTogether, type SharedEvaluation } from './evaluate-together.ts'
import { RankFaults } from './faults.ts'
import { forwardTimedBatches, measureForwardShare } from './forward-share.ts'
import { peakRssBytes } from './peak-memory.ts'
import { batchShapeOf } from './run-data.ts'
import { type RankSetup, setUpRank } from './setup.ts'
import { publishedCheckpoint, publishModel, saveSnapshot } from './snapshot.ts'
import { agreeToStop } from './stop-agreement.ts'
import { isTargetReached, isValidationStep } from './validation-plan.ts'

/** The ranks compare their parameters this often, besides at every checkpoint. */
const comparedEverySteps = 50

/** Trains to the end, or until a stop was agreed on. `beat` is what the heartbeat sends. */
export async function trainRank(env: RankEnv, channel: RankChannel, beat: Int32Array): Promise<'done' | 'stopped'> {
  const setup = await setUpRank(env, channel, beat)
  channel.state('ready', 'compiling the first step')
  const reason = await new RankCourse(env, channel, setup).run()
  setup.group.close()
  return reason
}

class RankCourse {
  readonly #env: RankEnv
  readonly #channel: RankChannel
  readonly #setup: RankSetup
  readonly #faults: RankFaults
  /** Where the run stands; what a checkpoint made now would say. */
  #state: CheckpointState
  #savedStep: number
  /** This rank's rows in the step that is going on. */
  #rows: readonly Int32Array[] = []

  constructor(env: RankEnv, channel: RankChannel, setup: RankSetup) {
    this.#env = env
    this.#channel = channel
    this.#setup = setup
    this.#state = setup.start
    this.#savedStep = setup.start.step
    this.#faults = new RankFaults(setup.store)
    channel.onFault = (fault) => this.#faults.take(fault)
  }

  async run(): Promise<'done' | 'stopped'> {
    await this.#makeUpForModel()
    const reason = await this.#course()
    if (reason === 'done' && this.#env.timesForward) await this.#timeForward()
    return reason
  }

  async #course(): Promise<'done' | 'stopped'> {
    const { config } = this.#env
    while (this.#state.epoch < config.epochs && this.#hasMore()) {
      const { epoch } = this.#state
      if (isPatienceOver(this.#state.earlyStop, config.earlyStopPatience)) {
        this.#note(earlyStopNote(epoch, this.#state.earlyStop, config))
        return 'done'
      }
      if (isTargetReached(this.#state.validationAccuracy, config)) {
        this.#note(`Ended after step ${this.#state.step}: validation accuracy has reached ${config.targetAccuracy}.`)
        return 'done'
      }
      this.#channel.state('training', `training, epoch ${epoch + 1} of ${config.epochs}`)
      const stopping = await this.#trainEpoch(epoch)
      if (stopping || !(await this.#evaluateEpoch(epoch))) {
        await this.#saveAtStop(epoch)
        return 'stopped'
      }
    }
    return 'done'
  }

  /** Steps to make, or those of an epoch to evaluate. */
  #hasMore(): boolean {
    return this.#state.step < this.#setup.totalSteps || this.#state.stepInEpoch > 0
  }

  /** The rest of an epoch, or up to a validation that reaches the target. True where a stop was agreed on. */
  async #trainEpoch(epoch: number): Promise<boolean> {
    const { group, classifier, arena, store, optimizer, sync, totalSteps, sampler, deadline } = this.#setup
    const { config, rank, runDirectory, attempt, worldSize } = this.#env
    let stopping = await agreeToStop(group, this.#channel.stopRequested, this.#state.step)
    sampler.setEpoch(epoch, this.#state.segments)
    const batches = [...sampler.steps()].slice(0, totalSteps - this.#state.step)
    const lastStep = this.#state.step + batches.length
    const steps = train({
      classifier: this.#faults.slowed(classifier),
      store,
      optimizer,
      sync,
      config,
      steps: this.#trainSteps(epoch, batches),
      startStep: this.#state.step,
      totalSteps,
      rank,
      shouldStop: () => stopping,
    })
    try {
      for await (const result of steps) {
        deadline.hurried = true
        if (result.step === this.#setup.start.step + 1) this.#channel.send({ type: 'device', device: this.#env.deviceName })
        await this.#afterStep(result, lastStep)
        if (isTargetReached(this.#state.validationAccuracy, config)) return false
        stopping = await agreeToStop(group, this.#channel.stopRequested, result.step)
      }
    } catch (error) {
      throw await keepDivergedFacts(error, { runDirectory, attempt, rank, worldSize, arena, rows: this.#rows })
    } finally {
      deadline.hurried = false
    }
    return stopping
  }

  async #afterStep({ step, epoch, globalLoss, gradNorm, learningRate, local }: StepResult, lastStep: number): Promise<void> {
    const { group, arena, store, deadline } = this.#setup
    const { checkpointEverySteps } = this.#env.config
    this.#state = { ...this.#state, ...this.#cursorAfterStep(), step, validationAccuracy: null }
    const validation = step < lastStep ? await this.#validateWithinEpoch(epoch) : null
    const told = validation && group.rank === 0 ? { validation } : {}
    this.#channel.send({
      type: 'step',
      step,
      epoch,
      globalLoss,
      gradNorm,
      learningRate,
      local,
      rssBytes: process.memoryUsage.rss(),
      peakRssBytes: peakRssBytes(),
      ...told,
    })
    deadline.step(local.stepMs)
    await this.#faults.afterStep(false)
    // The last step of an epoch is saved after its evaluation.
    if (checkpointEverySteps !== undefined && step % checkpointEverySteps === 0 && step < lastStep) {
      deadline.hurried = false
      await this.#save(epoch)
      this.#channel.state('training', `training, epoch ${epoch + 1} of ${this.#env.config.epochs}`)
    } else if (step % comparedEverySteps === 0 && group.worldSize > 1) {
      await store.toHost()
      await verifySameParameters(group, arena.parameters, step)
    }
    if (step < lastStep) await this.#faults.afterStep(true)
  }

  #cursorAfterStep(): Pick<CheckpointState, 'stepInEpoch' | 'segments'> {
    const { stepInEpoch, segments, worldSize } = this.#state
    const last = segments.at(-1)
    const [earlier, steps] = last?.worldSize === worldSize ? [segments.slice(0, -1), last.steps] : [segments, 0]
    return { stepInEpoch: stepInEpoch + 1, segments: [...earlier, { worldSize, steps: steps + 1 }] }
  }

  /** This rank's batches of each optimizer step. */
  *#trainSteps(epoch: number, batches: readonly Int32Array[][]): Generator<TrainStep> {
    const { tokens } = this.#setup
    const shape = batchShapeOf(this.#env.config)
    for (const microBatches of batches) {
      this.#rows = microBatches
      yield { epoch, microBatches: microBatches.map((indices) => makeBatch(tokens.train, indices, shape)) }
    }
  }

  /** What the step's line says of it; null where there is none after this step, or a stop cut it short. */
  async #validateWithinEpoch(epoch: number): Promise<StepMetrics['validation'] | null> {
    const { deadline, sampler } = this.#setup
    const { config } = this.#env
    if (!isValidationStep(this.#state.stepInEpoch, sampler.stepsPerEpoch, config)) return null
    deadline.hurried = false
    const evaluation = await this.#evaluate(`validating in epoch ${epoch + 1}`)
    this.#channel.state('training', `training, epoch ${epoch + 1} of ${config.epochs}`)
    if (evaluation !== null) this.#state = { ...this.#state, validationAccuracy: evaluation.accuracy }
    return evaluation
  }

  /** Null where it was cut short by a stop. */
  async #evaluate(activity: string): Promise<(SharedEvaluation & { evaluateMs: number }) | null> {
    const { group, classifier, tokens } = this.#setup
    this.#channel.state('evaluating', activity)
    const startMs = performance.now()
    const evaluation = await evaluateTogether({
      group,
      classifier,
      rows: tokens.validation,
      shape: batchShapeOf(this.#env.config),
      step: this.#state.step,
      interrupted: () => this.#channel.stopRequested,
    })
    return evaluation && { ...evaluation, evaluateMs: performance.now() - startMs }
  }

  /** Evaluates and saves. False where it was cut short by a stop. */
  async #evaluateEpoch(epoch: number): Promise<boolean> {
    const { group } = this.#setup
    const { step } = this.#state
    const evaluation = await this.#evaluate(`evaluating epoch ${epoch + 1}`)
    if (evaluation === null) return false
    this.#state = this.#stateAfterEpoch(epoch, evaluation)
    if (group.rank === 0) {
      const { accuracy: validationAccuracy, loss: validationLoss, count: validationCount, evaluateMs } = evaluation
      const checkpoint = checkpointName(step)
      this.#channel.send({ type: 'epoch', epoch, step, validationLoss, validationAccuracy, validationCount, evaluateMs, checkpoint })
    }
    await this.#save(epoch)
    return true
  }

  #stateAfterEpoch(epoch: number, { accuracy, loss }: SharedEvaluation): CheckpointState {
    const { earlyStopMetric } = this.#env.config
    const { bestAccuracy, earlyStop } = this.#state
    return {
      ...this.#state,
      epoch: epoch + 1,
      stepInEpoch: 0,
      segments: [],
      validationAccuracy: accuracy,
      bestAccuracy: Math.max(bestAccuracy ?? 0, accuracy),
      earlyStop: afterEvaluation(earlyStop, earlyStopMetric === 'accuracy' ? accuracy : loss, earlyStopMetric),
    }
  }

  /** To be read by a person; told once. */
  #note(text: string): void {
    if (this.#setup.group.rank === 0) this.#channel.send({ type: 'note', text })
  }

  /**
   * The model folder holds the weights of the checkpoint that the run goes on from. It may not: whoever wrote them was killed
   * between the two, or a newer checkpoint was damaged.
   */
  async #makeUpForModel(): Promise<void> {
    const { group, arena, tokenizer } = this.#setup
    const { runDirectory, config, resumeFrom } = this.#env
    const { step, epoch, stepInEpoch } = this.#state
    const checkpoint = checkpointName(step)
    if (resumeFrom === null || group.rank !== 0 || (await publishedCheckpoint(runDirectory)) === checkpoint) return
    const snapshot = { runDirectory, state: this.#state, arena, tokenizer, maxLength: config.maxLength }
    await publishModel(snapshot, checkpoint, stepInEpoch === 0 ? epoch - 1 : epoch)
    this.#channel.send({ type: 'saved', checkpoint, step, weightsDigest: this.#setup.weightsDigest })
  }

  /** On the first batches of the run. */
  async #timeForward(): Promise<void> {
    const { classifier, group, sampler } = this.#setup
    this.#channel.state('evaluating', 'timing the forward pass by itself')
    sampler.setEpoch(0, [])
    const steps = this.#trainSteps(0, [...sampler.steps()].slice(0, forwardTimedBatches))
    const batches = Array.from(steps, ({ microBatches }) => microBatches[0]!)
    const share = await measureForwardShare({ classifier, group, batches, seed: this.#env.config.seed, step: this.#state.step })
    if (share !== null) this.#channel.send({ type: 'forwardShare', share })
  }

  async #saveAtStop(epoch: number): Promise<void> {
    if (this.#state.step > this.#savedStep) await this.#save(epoch)
  }

  /**
   * Rank 0 saves a checkpoint and the model folder while the others wait. It does so only when the supervisor has the history
   * up to this step on the disk, and still listens to this attempt.
   */
  async #save(epoch: number): Promise<void> {
    const { group, arena, store, tokenizer } = this.#setup
    const { runDirectory, config } = this.#env
    const { step } = this.#state
    // region rank-0-saves
    await store.toHost()
    const weightsDigest = await verifySameParameters(group, arena.parameters, step)
    if (group.rank === 0) {
      this.#channel.state('saving', 'saving the checkpoint')
      this.#channel.send({ type: 'saving', step })
      await this.#channel.permission('save', step)
      const snapshot = { runDirectory, state: this.#state, arena, tokenizer, maxLength: config.maxLength }
      const checkpoint = await saveSnapshot(snapshot)
      await publishModel(snapshot, checkpoint, epoch)
      this.#channel.send({ type: 'saved', checkpoint, step, weightsDigest })
    } else {
      this.#channel.state('ready', 'waiting for rank 0 to save')
    }
    await group.barrier({ step, bucket: 0 })
    this.#savedStep = step
    // endregion
  }
}
