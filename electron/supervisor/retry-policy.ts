/**
 * After which failures a run may go on by itself, how soon, and with how many ranks. Pure. What would fail again for the
 * same reason is never tried again: a full disk (which pauses the run: a person can make room), ranks that differ, a loss
 * that is no number, a fault of the lab's own.
 */
import type { ErrorCode } from '../../shared/contract/errors.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import { isLossOfPeer, type RankFailure } from './failure.ts'

/** Of processes, machines and connections; they may be gone the next time. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'RANK_FAILED',
  'RANK_SILENT',
  'RANK_STALLED',
  'COLLECTIVE_TIMEOUT',
  'COLLECTIVE_DESYNC',
  'COLLECTIVE_CORRUPT',
])

export const mayGoOn = ({ error }: RankFailure): boolean => passing.has(error.code)

/** Nothing is wrong with the run: it can go on as soon as a person has done something. */
export const waitsForPerson = ({ error }: RankFailure): boolean => error.code === 'DISK_FULL'

const firstBackoffMs = 250
const longestBackoffMs = 30_000

/** Twice as long after each restart that brought no new checkpoint. */
export const backoffMs = (restartsWithoutProgress: number): number =>
  Math.min(firstBackoffMs * 2 ** restartsWithoutProgress, longestBackoffMs)

/** How many ranks go on: all, or in an elastic run those that did not fail themselves. Never none. */
export function ranksThatGoOn(worldSize: number, failures: readonly RankFailure[], { elastic }: Pick<RunConfig, 'elastic'>): number {
  if (!elastic) return worldSize
  const failed = new Set(failures.filter((failure) => !isLossOfPeer(failure)).map(({ rank }) => rank))
  return failed.size < worldSize ? worldSize - failed.size : worldSize
}
