/**
 * Estimates when a run will be done, from the wall time of its latest steps and evaluations. Wall time and not the ranks'
 * own step times: what lies between the steps takes time too.
 */

const windowSize = 30
const fewSteps = 5

export class Pace {
  #lastStepAtMs: number | null = null
  #stepIntervals: number[] = []
  #evaluationMs: number | null = null

  /** A step was finished at `atMs` (monotonic clock). */
  step(atMs: number): void {
    if (this.#lastStepAtMs !== null) this.#stepIntervals.push(atMs - this.#lastStepAtMs)
    if (this.#stepIntervals.length > windowSize) this.#stepIntervals.shift()
    this.#lastStepAtMs = atMs
  }

  /** An evaluation was finished; the next interval between steps would contain it, so it starts anew. */
  evaluation(durationMs: number): void {
    this.#evaluationMs = durationMs
    this.#lastStepAtMs = null
  }

  /** Milliseconds left; null until a few steps were timed. */
  etaMs(remainingSteps: number, remainingEvaluations: number): number | null {
    if (this.#stepIntervals.length < fewSteps) return null
    const meanMs = this.#stepIntervals.reduce((sum, interval) => sum + interval, 0) / this.#stepIntervals.length
    return meanMs * remainingSteps + (this.#evaluationMs ?? 0) * remainingEvaluations
  }
}
