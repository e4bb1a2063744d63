/**
 * Runs one program: forks its ranks, gives each its job, gathers what they report, and leaves no process behind, whatever
 * happens. It knows nothing of what programs do.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { LabError, type LabErrorInfo, toLabErrorInfo } from '../../shared/contract/errors.ts'
import { probeSchemaOf, type ProgramInput, type ProgramResult, programResultSchema } from '../../shared/domain/workbench.ts'
import type { RankOutcome } from '../../shared/domain/workbench/program.ts'
import { entryFile } from '../paths.ts'
import { firstCause, type RankFailure } from '../supervisor/failure.ts'
import { createRendezvous, removeRendezvous } from '../supervisor/rendezvous.ts'
import { type Job, type RankMessage, rankMessageSchema, reportNow } from './protocol.ts'

export interface LaunchOptions {
  input: ProgramInput
  cacheDirectory: string
  /** A training run is going on at the same time. */
  besideRun: boolean
  /** Of the whole program. */
  deadlineMs?: number
  signal?: AbortSignal
  progress?: (rank: number | null, text: string) => void
}

const usualDeadlineMs = 60_000
/** When a rank has failed, the others soon do too, or never. */
const graceMs = 1_500
/** For a rank's last report; one that cannot give it, hangs. */
const reportMs = 500

interface Rank {
  child: ChildProcess
  report: Exclude<RankMessage, { type: 'progress' }> | null
  /** Its process is gone, and its last words have been heard. */
  gone: boolean
  death: LabErrorInfo | null
  failedAtMs: number
}

/** Throws what kept the program from its result: the first cause where a rank failed that should not, or the signal's reason. */
export async function runProgram(options: LaunchOptions): Promise<ProgramResult> {
  const { input, signal, deadlineMs = usualDeadlineMs } = options
  signal?.throwIfAborted()
  const startedAt = Date.now()
  const directory = await createRendezvous()
  const ranks: Rank[] = []
  const timers: NodeJS.Timeout[] = []
  try {
    await new Promise<void>((resolve, reject) => {
      timers.push(setTimeout(() => reject(tookTooLong(deadlineMs)), deadlineMs))
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      const askForReports = (): void => {
        for (const { child } of ranks.filter((rank) => !isOver(rank))) child.send(reportNow, () => undefined)
        timers.push(setTimeout(resolve, reportMs))
      }
      const look = (): void => {
        if (ranks.length === input.worldSize && ranks.every(isOver)) resolve()
        else if (ranks.some(hasFailed) && timers.length === 1) timers.push(setTimeout(askForReports, graceMs))
      }
      for (let rank = 0; rank < input.worldSize; rank++) {
        const threads = Math.max(1, Math.floor(availableParallelism() / input.worldSize))
        const job: Job = {
          rank,
          worldSize: input.worldSize,
          attempt: directory,
          directory,
          threads,
          startedAt,
          input,
          cacheDirectory: options.cacheDirectory,
        }
        ranks.push(startRank(job, (text) => options.progress?.(rank, text), look))
      }
    })
    return resultOf(options, ranks, startedAt)
  } finally {
    timers.forEach(clearTimeout)
    await Promise.all(ranks.map(end))
    await removeRendezvous(directory)
  }
}

const hasFailed = ({ report, death }: Rank): boolean => report?.type === 'failed' || death !== null
const isOver = (rank: Rank): boolean => rank.report !== null || rank.gone

function startRank(job: Job, progress: (text: string) => void, changed: () => void): Rank {
  const child = fork(entryFile('workbench-rank'), {
    execArgv: [],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'json',
  })
  const rank: Rank = { child, report: null, gone: false, death: null, failedAtMs: Infinity }
  const fail = (code: number | null, signal: NodeJS.Signals | null): void => {
    if (rank.gone) return
    rank.gone = true
    if (rank.report === null) {
      rank.death = died(job.rank, signal ?? `exit code ${code}`)
      rank.failedAtMs = performance.now()
    }
    changed()
  }
  child.on('message', (raw) => {
    const message = rankMessageSchema.safeParse(raw)
    if (message.success && message.data.type === 'progress') return progress(message.data.text)
    if (message.success && message.data.type !== 'progress') rank.report = message.data
    else rank.death = toLabErrorInfo(message.error)
    if (hasFailed(rank)) rank.failedAtMs = performance.now()
    changed()
  })
  child.once('error', () => fail(null, null))
  child.once('exit', (code, signal) => {
    // What it said last may still be in the channel, which closes after it.
    if (child.connected) child.once('disconnect', () => fail(code, signal))
    else fail(code, signal)
  })
  child.send(job, () => undefined)
  return rank
}

/** Returns when the process is gone. */
async function end({ child }: Rank): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

function resultOf({ input, besideRun }: LaunchOptions, ranks: readonly Rank[], startedAt: number): ProgramResult {
  const failures = ranks.flatMap(({ report, death, failedAtMs }, rank): RankFailure[] => {
    const error = report?.type === 'failed' ? report.error : death
    return error === null ? [] : [{ rank, step: 0, atMs: failedAtMs, how: death === null ? 'reported' : 'crashed', error }]
  })
  // A program whose ranks may fail says so by a probe that may be null.
  const mayFail = probeSchemaOf(input.program).safeParse(null).success
  if (!mayFail && failures.length > 0) throw new LabError(firstCause(failures).error)
  const parsed = programResultSchema.safeParse({
    program: input.program,
    arm: input.arm,
    worldSize: input.worldSize,
    input,
    at: new Date(startedAt).toISOString(),
    durationMs: Date.now() - startedAt,
    besideRun,
    ranks: ranks.map(({ report, death }, rank) => ({
      rank,
      outcome: (report ?? { type: death === null ? 'ended' : 'died' }).type satisfies RankOutcome,
      error: report?.type === 'failed' ? report.error : death,
      activity: report?.activity ?? '',
      collectives: report?.collectives ?? [],
      collectiveCount: report?.collectiveCount ?? 0,
      probe: report?.type === 'finished' ? report.probe : null,
    })),
  })
  if (!parsed.success) throw new LabError(toLabErrorInfo(parsed.error), { cause: parsed.error })
  return parsed.data
}

const died = (rank: number, how: string): LabErrorInfo => ({
  code: 'RANK_FAILED',
  title: `Rank ${rank} died`,
  cause: `Its process ended with ${how} before it had reported anything.`,
  suggestion: 'The other ranks say in which collective they lost it.',
})

const tookTooLong = (deadlineMs: number): LabError =>
  new LabError({
    code: 'RANK_STALLED',
    title: 'The program did not come to its end',
    cause: `Its ranks were still at work after ${deadlineMs / 1000} s.`,
    suggestion: 'Close other programs, or wait until a training run has ended, and try again.',
  })
