/**
 * Notices that training does not move although every rank's heart beats: one of them hangs, and the others wait for it.
 * Pure: told of steps and of what the ranks are at; asked now and then.
 */
import type { Collective } from '../rank/heartbeat-pipe.ts'
import type { RankState } from '../../shared/domain/run.ts'
import { shortestStepLimitMs, stepLimitMs } from '../../shared/domain/step-limit.ts'

/** Before it is known how long steps take: first steps compile, and may be long. */
const unknownLimitMs = 600_000

/** What is to be known of a rank. */
export interface Watched {
  rank: number
  state: RankState
  step: number
  /** The collective in which it waits for the others; null where it is busy by itself. */
  waitingIn: Collective | null
}

export interface Stall {
  rank: number
  stalledMs: number
  limitMs: number
  /** Those that wait for it. */
  waiting: readonly Watched[]
}

export class ProgressWatch {
  readonly #stepsMs: number[] = []
  readonly #shortestLimitMs: number
  #lastMs: number

  /** No stall is seen in less than `shortestLimitMs`. */
  constructor(nowMs: number, shortestLimitMs = shortestStepLimitMs) {
    this.#lastMs = nowMs
    this.#shortestLimitMs = shortestLimitMs
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
    const limitMs = stepLimitMs(this.#stepsMs, this.#shortestLimitMs) ?? unknownLimitMs
    if (stalledMs <= limitMs) return null
    const waits = ({ waitingIn }: Watched): number => Number(waitingIn !== null)
    const [behind, ...others] = [...ranks].sort((a, b) => waits(a) - waits(b) || a.step - b.step)
    return { rank: behind!.rank, stalledMs, limitMs, waiting: others.filter(({ waitingIn }) => waitingIn !== null) }
  }
}
