/**
 * Notices that training does not move although every rank's heart beats: one of them hangs, and the others wait for it.
 * Pure: told of steps and of what the ranks are at; asked now and then.
 */
import type { RankState } from '../../shared/domain/run.ts'
import { stepLimitMs } from '../../shared/domain/step-limit.ts'

/** Before it is known how long steps take: first steps compile, and may be long. */
const unknownLimitMs = 600_000

/** What is to be known of a rank. */
export interface Watched {
  rank: number
  state: RankState
  step: number
  /** In a collective, for the others. */
  waiting: boolean
}

export interface Stall {
  rank: number
  stalledMs: number
  limitMs: number
}

export class ProgressWatch {
  readonly #stepsMs: number[] = []
  #lastMs: number

  constructor(nowMs: number) {
    this.#lastMs = nowMs
  }

  /** A rank has finished a step that took it `stepMs`. */
  step(nowMs: number, stepMs: number): void {
    this.#stepsMs.push(stepMs)
    this.#lastMs = nowMs
  }

  /** Something else has moved: a rank begins to train, has saved, … */
  moved(nowMs: number): void {
    this.#lastMs = nowMs
  }

  /** Who holds the others up, if nothing has moved for too long while all ranks train. */
  check(nowMs: number, ranks: readonly Watched[]): Stall | null {
    if (ranks.length === 0 || ranks.some(({ state }) => state !== 'training')) return null
    const stalledMs = nowMs - this.#lastMs
    const limitMs = stepLimitMs(this.#stepsMs) ?? unknownLimitMs
    if (stalledMs <= limitMs) return null
    const behind = [...ranks].sort((a, b) => Number(a.waiting) - Number(b.waiting) || a.step - b.step)
    return { rank: behind[0]!.rank, stalledMs, limitMs }
  }
}
