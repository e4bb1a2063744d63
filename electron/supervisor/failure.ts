/**
 * Which of several failing ranks failed first. When one rank dies, its neighbours lose a connection and fail too, and
 * their word may arrive before the news of the death. So a failure that is only the loss of a peer never counts as the
 * first cause while there is another (the rule of torch elastic).
 */
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { Stall } from './progress-watch.ts'

export interface RankFailure {
  rank: number
  /** Optimizer steps that the rank had finished. */
  step: number
  /** When the supervisor heard of it, milliseconds of a monotonic clock. */
  atMs: number
  /** The rank said so itself; its process ended without a word; it was ended from outside; its heartbeat stopped; its work did. */
  how: 'reported' | 'crashed' | 'killed' | 'silent' | 'stalled'
  error: LabErrorInfo
  /** The rank says that it began elsewhere: it only met it in a sum over all ranks. */
  fromElsewhere?: boolean
}

export const isLossOfPeer = ({ how, error }: RankFailure): boolean =>
  how === 'reported' && (error.code === 'RANK_FAILED' || error.code === 'COLLECTIVE_TIMEOUT')

// region first-cause
/** The first cause among `failures`, which must not be empty. */
export function firstCause(failures: readonly RankFailure[]): RankFailure {
  const byTime = [...failures].sort((a, b) => a.atMs - b.atMs)
  const own = byTime.filter((failure) => !isLossOfPeer(failure))
  return own.find(({ fromElsewhere }) => fromElsewhere !== true) ?? own[0] ?? byTime[0]!
}
// endregion

/**
 * How the run's record tells its first cause. `lastLogLine` may explain a crash; a rank that only lost its peer knows which
 * collective it was in.
 */
export function describeFirstCause(
  { rank, step, how, error }: RankFailure,
  worldSize: number,
  lastLogLine: string | null,
  all: readonly RankFailure[] = [],
): LabErrorInfo {
  const witness = how === 'reported' ? undefined : all.find((failure) => isLossOfPeer(failure) && failure.error !== error)
  const seen = witness === undefined ? '' : ` Rank ${witness.rank} saw it as: ${witness.error.title}.`
  if (how === 'crashed' && lastLogLine !== null) return { ...error, cause: `${error.cause} The log ends with: ${lastLogLine}${seen}` }
  if (how !== 'reported') return { ...error, cause: error.cause + seen }
  if (worldSize === 1 || step === 0) return error
  return { ...error, cause: `${error.cause} First seen on rank ${rank}, after step ${step}.` }
}

/** Why a rank stopped that had done nothing wrong. */
export const consequence = (rank: number, first: RankFailure): LabErrorInfo => ({
  code: 'RANK_FAILED',
  title: `Rank ${rank} also stopped`,
  cause: `Rank ${first.rank} failed first, and ranks cannot go on without each other.`,
  suggestion: `See rank ${first.rank}.`,
})

interface Death {
  rank: number
  pid: number | null
  step: number
  code: number | null
  signal: NodeJS.Signals | null
}

export function describeDeath({ rank, pid, step, code, signal }: Death): LabErrorInfo {
  const when = step === 0 ? 'before the first step' : `after step ${step}`
  if (pid === null) {
    return {
      code: 'RANK_FAILED',
      title: `Rank ${rank} could not be started`,
      cause: 'The operating system refused to start another process.',
      suggestion: 'Close other programs or choose fewer ranks.',
    }
  }
  return {
    code: 'RANK_FAILED',
    title: `Rank ${rank} died ${when}`,
    cause:
      signal === null ? `Its process (${pid}) ended with exit code ${code}.` : `Its process (${pid}) was ended from outside by ${signal}.`,
    suggestion:
      signal === 'SIGKILL'
        ? 'Systems do this when memory runs out: try a smaller micro-batch, a smaller model or fewer ranks. The run can be resumed from its last checkpoint.'
        : "Look into the run's log.txt; the run can be resumed from its last checkpoint.",
  }
}

export const describeSilence = (rank: number, step: number, silentMs: number): LabErrorInfo => ({
  code: 'RANK_SILENT',
  title: `Rank ${rank} fell silent after step ${step}`,
  cause: `It sent no heartbeat for ${(silentMs / 1000).toFixed(0)} seconds, so its process was stopped or could not run.`,
  suggestion: 'Check whether the machine is out of memory or the process was suspended; the run can be resumed from its last checkpoint.',
})

const waitForIt = ([first, ...others]: Stall['waiting']): string => {
  if (first === undefined) return ''
  const ranks = others.length === 0 ? `rank ${first.rank} waits` : `ranks ${[first, ...others].map(({ rank }) => rank).join(', ')} wait`
  return `, while ${ranks} for it (${first.waitingIn})`
}

/** `step`: what the rank has finished. */
export const describeStall = ({ rank, stalledMs, limitMs, waiting }: Stall, step: number): LabErrorInfo => ({
  code: 'RANK_STALLED',
  title: `Rank ${rank} makes no progress after step ${step}`,
  cause: `Its process lives, but has been busy with step ${step + 1} for ${(stalledMs / 1000).toFixed(0)} seconds${waitForIt(waiting)}; at most ${(limitMs / 1000).toFixed(0)} were to be expected.`,
  suggestion:
    "Look into the run's log.txt, and whether other programs take the processor; the run can be resumed from its last checkpoint.",
})
