/**
 * What is known of each rank of one attempt, as the rank map shows it: pid, state, step, throughput over the last steps,
 * memory, whether it lags, and at the end why it stopped. Bookkeeping only.
 */
import type { RankMessageOf } from '../rank/protocol.ts'
import { rankAtFirst, type RankState, type RankStatus } from '../../shared/domain/run.ts'
import { consequence, firstCause, type RankFailure } from './failure.ts'
import { StragglerWatch } from './straggler.ts'

const smoothingSteps = 10

export class RankTable {
  readonly statuses: RankStatus[]
  readonly #stragglers: StragglerWatch
  /** The state to return to when a suspect is heard again. */
  readonly #unsuspected = new Map<number, RankState>()
  readonly #recent: { exampleCount: number; stepMs: number }[][]

  constructor(worldSize: number, device: string) {
    this.statuses = Array.from({ length: worldSize }, (_, rank) => rankAtFirst(rank, device))
    this.#stragglers = new StragglerWatch(worldSize)
    this.#recent = this.statuses.map(() => [])
  }

  of(rank: number): RankStatus {
    const status = this.statuses[rank]
    if (status === undefined) throw new Error(`no rank ${rank}`)
    return status
  }

  setState(rank: number, state: RankState): void {
    // A suspect stays one until its heart beats again.
    if (this.of(rank).state === 'suspect') this.#unsuspected.set(rank, state)
    else this.of(rank).state = state
  }

  setSuspect(rank: number, isSuspect: boolean): void {
    const status = this.of(rank)
    if (isSuspect) this.#unsuspected.set(rank, status.state)
    status.state = isSuspect ? 'suspect' : (this.#unsuspected.get(rank) ?? status.state)
  }

  /** All but the one that failed first. */
  setOthers(state: RankState): void {
    for (const status of this.statuses) if (!status.first) status.state = state
  }

  /** All of them; the one for which the run pauses keeps its error. */
  pause(): void {
    for (const status of this.statuses) status.state = 'paused'
  }

  step(rank: number, report: RankMessageOf<'step'>): void {
    const recent = this.#recent[rank]!
    recent.push(report.local)
    if (recent.length > smoothingSteps) recent.shift()
    const stepMs = recent.reduce((sum, step) => sum + step.stepMs, 0)
    const exampleCount = recent.reduce((sum, step) => sum + step.exampleCount, 0)
    const status = this.of(rank)
    status.step = report.step
    status.rssBytes = report.rssBytes
    status.peakRssBytes = report.peakRssBytes
    status.samplesPerSec = stepMs > 0 ? (exampleCount * 1000) / stepMs : null
    this.#stragglers.step(rank, report.local.stepMs - report.local.phases.allReduceMs)
    for (const each of this.statuses) each.slowdown = this.#stragglers.slowdown(each.rank)
  }

  /** Writes down one failure, and which of those so far would be the first cause. */
  addFailure({ rank, how, error }: RankFailure, failures: readonly RankFailure[]): void {
    const status = this.of(rank)
    status.state = how === 'reported' ? 'failed' : 'lost'
    status.error ??= error
    const first = firstCause(failures)
    for (const each of this.statuses) each.first = each.rank === first.rank
  }

  /** Writes the end of a failed run into every rank: the first cause, other errors, and those who only went along. */
  fail(first: RankFailure, failures: readonly RankFailure[]): void {
    for (const status of this.statuses) {
      const own = status.rank === first.rank ? first : failures.find(({ rank }) => rank === status.rank)
      status.first = own === first
      status.error = own?.error ?? consequence(status.rank, first)
      status.state = own === undefined || own.how === 'reported' ? 'failed' : 'lost'
    }
  }

  copy(): RankStatus[] {
    return this.statuses.map((status) => ({ ...status }))
  }
}
