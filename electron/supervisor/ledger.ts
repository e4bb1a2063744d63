/**
 * What a run has measured so far, over all attempts: its steps and epochs, and how it is getting on. Pure bookkeeping in
 * memory; what goes to the disk and to subscribers is the session's choice.
 */
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'
import { finalRunStates, type RunProgress, type RunRecord } from '../../shared/domain/run.ts'
import type { RankMessageOf } from '../rank/protocol.ts'
import { Pace } from './pace.ts'
import { StepMerger, summarizeEpoch } from './step-merger.ts'

/** What the run's clock said last. */
export const lastElapsedMs = (steps: readonly StepMetrics[], epochs: readonly EpochMetrics[]): number =>
  Math.max(0, steps.at(-1)?.elapsedMs ?? 0, epochs.at(-1)?.elapsedMs ?? 0)

export class RunLedger {
  steps: StepMetrics[] = []
  epochs: EpochMetrics[] = []
  #merger = new StepMerger(1)
  #pace = new Pace()
  readonly #earlierMs: number
  readonly #askedAtMs: number
  #waiting: RankMessageOf<'epoch'>[] = []

  /** `steps` and `epochs` of earlier attempts; `askedAtMs` on `performance.now()`'s clock. */
  constructor(worldSize: number, steps: readonly StepMetrics[], epochs: readonly EpochMetrics[], askedAtMs: number) {
    this.#earlierMs = lastElapsedMs(steps, epochs)
    this.#askedAtMs = askedAtMs
    this.goOnFrom(worldSize, steps, epochs)
  }

  /** Forgets what an attempt has measured since its last checkpoint; the time it took stays. */
  goOnFrom(worldSize: number, steps: readonly StepMetrics[], epochs: readonly EpochMetrics[]): void {
    this.steps = [...steps]
    this.epochs = [...epochs]
    this.#merger = new StepMerger(worldSize)
    this.#pace = new Pace()
    this.#waiting = []
  }

  /** Milliseconds since this run was asked for or resumed. */
  get attemptMs(): number {
    return performance.now() - this.#askedAtMs
  }

  /** The last step that all ranks have reported, over all attempts. */
  get lastStep(): number {
    return this.steps.at(-1)?.step ?? 0
  }

  /** Takes one rank's report of a step; returns the step's metrics when it was the last one missing. */
  addReport(report: RankMessageOf<'step'>): StepMetrics | null {
    const step = this.#merger.add(report, this.#earlierMs + this.attemptMs)
    if (step === null) return null
    this.steps.push(step)
    this.#pace.step(performance.now())
    return step
  }

  addEvaluation(evaluation: RankMessageOf<'epoch'>): void {
    this.#waiting.push(evaluation)
  }

  /** The epochs that are complete now: evaluated, and their last step reported by all ranks. Each is given out once. */
  takeEpochs(): EpochMetrics[] {
    const lastStep = this.steps.at(-1)?.step ?? 0
    const complete = this.#waiting.filter(({ step }) => step <= lastStep)
    this.#waiting = this.#waiting.filter(({ step }) => step > lastStep)
    const epochs = complete.map((evaluation) => summarizeEpoch(evaluation, this.steps, this.#earlierMs + this.attemptMs))
    for (const epoch of epochs) this.#pace.evaluation(epoch.evaluateMs)
    this.epochs.push(...epochs)
    return epochs
  }

  progress({ state, totalSteps, config }: RunRecord, activity: string): RunProgress {
    const last = this.steps.at(-1)
    const step = last?.step ?? 0
    const running = state === 'running' && totalSteps !== null
    return {
      step,
      totalSteps,
      epoch: last?.epoch ?? 0,
      elapsedMs: finalRunStates.includes(state) ? lastElapsedMs(this.steps, this.epochs) : this.#earlierMs + this.attemptMs,
      etaMs: running ? this.#pace.etaMs(totalSteps - step, config.epochs - this.epochs.length) : null,
      activity,
    }
  }
}
