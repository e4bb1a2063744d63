/**
 * What is known of each rank of a run, as the rank map shows it: pid, state, step, throughput over the last steps, memory,
 * and at the end why it stopped. Bookkeeping only.
 */
import type { RankMessageOf } from '../rank/protocol.ts'
import type { RankState, RankStatus } from '../../shared/domain/run.ts'
import { consequence, type RankFailure } from './failure.ts'

const smoothingSteps = 10

export class RankTable {
  readonly statuses: RankStatus[]
  readonly #recent: { exampleCount: number; stepMs: number }[][]

  constructor(worldSize: number, device: string) {
    this.statuses = Array.from({ length: worldSize }, (_, rank) => ({
      rank,
      pid: null,
      device,
      state: 'starting',
      step: 0,
      samplesPerSec: null,
      rssBytes: null,
      error: null,
      first: false,
    }))
    this.#recent = this.statuses.map(() => [])
  }

  of(rank: number): RankStatus {
    const status = this.statuses[rank]
    if (status === undefined) throw new Error(`no rank ${rank}`)
    return status
  }

  setState(rank: number, state: RankState): void {
    this.of(rank).state = state
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
    status.samplesPerSec = stepMs > 0 ? (exampleCount * 1000) / stepMs : null
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
