/**
 * Joins what each rank reports of a step into one line of metrics, once all have reported it. Rates are over the slowest
 * rank's time, since nobody goes on before it; losses of an epoch are weighted by examples, not averaged over steps.
 */
import type { RankMessageOf } from '../rank/protocol.ts'
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'

const perSecond = (count: number, ms: number): number => (ms > 0 ? (count * 1000) / ms : 0)
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
const slowestMs = (step: Pick<StepMetrics, 'ranks'>): number => Math.max(...step.ranks.map((rank) => rank.stepMs))

export class StepMerger {
  readonly #worldSize: number
  readonly #waiting = new Map<number, RankMessageOf<'step'>[]>()

  constructor(worldSize: number) {
    this.#worldSize = worldSize
  }

  /** Takes one rank's report; returns the step's metrics when it was the last one missing. */
  add(report: RankMessageOf<'step'>, elapsedMs: number): StepMetrics | null {
    const reports = this.#waiting.get(report.step) ?? []
    reports.push(report)
    this.#waiting.set(report.step, reports)
    if (reports.length < this.#worldSize) return null
    this.#waiting.delete(report.step)
    const ranks = reports.map(({ local }) => local).sort((a, b) => a.rank - b.rank)
    const { step, epoch, globalLoss, gradNorm, learningRate } = report
    const validation = reports.find((each) => each.validation)?.validation
    const exampleCount = sum(ranks.map((rank) => rank.exampleCount))
    const stepMs = slowestMs({ ranks })
    return {
      type: 'step',
      step,
      epoch,
      globalLoss,
      gradNorm,
      learningRate,
      exampleCount,
      samplesPerSec: perSecond(exampleCount, stepMs),
      tokensPerSec: perSecond(sum(ranks.map((rank) => rank.tokenCount)), stepMs),
      elapsedMs,
      ranks,
      ...(validation && { validation }),
    }
  }
}

/** An epoch's line: its evaluation, and what its steps add up to. */
export function summarizeEpoch(evaluation: RankMessageOf<'epoch'>, allSteps: readonly StepMetrics[], elapsedMs: number): EpochMetrics {
  const steps = allSteps.filter((step) => step.epoch === evaluation.epoch)
  const exampleCount = sum(steps.map((step) => step.exampleCount))
  const tokenCount = sum(steps.flatMap((step) => step.ranks.map((rank) => rank.tokenCount)))
  const trainMs = sum(steps.map(slowestMs))
  const { type, ...measured } = evaluation
  return {
    // First in the line: readers in a hurry know it by that.
    type,
    ...measured,
    trainLoss: exampleCount === 0 ? 0 : sum(steps.map((step) => step.globalLoss * step.exampleCount)) / exampleCount,
    samplesPerSec: perSecond(exampleCount, trainMs),
    tokensPerSec: perSecond(tokenCount, trainMs),
    trainMs,
    elapsedMs,
  }
}
