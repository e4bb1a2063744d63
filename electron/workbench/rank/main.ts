/** Entry of a rank of the workbench: takes its job, joins the ring, runs the program, reports, ends. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { joinSocketRing } from '../../collectives/socket-ring.ts'
import { toLabErrorInfo } from '../../../shared/contract/errors.ts'
import { loadProgram } from '../programs/index.ts'
import { type Job, jobSchema, type RankMessage, reportNow } from '../protocol.ts'
import type { RankContext } from './context.ts'
import { RecordedGroup } from './recorded-group.ts'

/** Ranks start at the same time, but a busy machine may take its time over it. */
const joinTimeoutMs = 30_000
const usualDeadlineMs = 20_000

const send = (message: RankMessage): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected && process.send !== undefined) process.send(message, () => resolve())
    else resolve()
  })
let recorded: RecordedGroup | null = null
let activity = 'starts'
const standing = () => ({ activity, collectives: recorded?.collectives ?? [], collectiveCount: recorded?.collectiveCount ?? 0 })

async function fail(error: unknown): Promise<never> {
  await send({ type: 'failed', error: toLabErrorInfo(error), ...standing() })
  process.exit(1)
}

async function run({ rank, worldSize, attempt, directory, cacheDirectory, threads, startedAt, input }: Job): Promise<void> {
  const program = await loadProgram(input.program)
  const nowMs = (): number => performance.timeOrigin + performance.now() - startedAt
  const progress = (text: string): void => {
    activity = text
    void send({ type: 'progress', text })
  }
  let deadlineMs = usualDeadlineMs
  const ring = { rank, timeoutMs: joinTimeoutMs, collectiveTimeoutMs: () => deadlineMs }
  const setupGroup = await joinSocketRing({ ...ring, worldSize, attempt, directory })
  const group = new RecordedGroup(setupGroup, nowMs, ({ kind, step }) => progress(`waits in ${kind}, step ${step}`))
  recorded = group
  const context: RankContext = {
    rank,
    worldSize,
    input,
    group,
    setupGroup,
    threads,
    cacheDirectory,
    directory,
    nowMs,
    progress,
    setDeadline: (ms) => (deadlineMs = ms),
    joinRing: async (name, size, watchTransport) => {
      const own = join(directory, name)
      await mkdir(own, { recursive: true })
      return joinSocketRing({
        ...ring,
        worldSize: size,
        attempt: `${attempt} ${name}`,
        directory: own,
        ...(watchTransport && { watchTransport }),
      })
    },
  }
  const probe = await program(context)
  await send({ type: 'finished', probe, ...standing() })
  group.close()
  process.exit(0)
}

process.on('uncaughtException', (error) => void fail(error))
process.on('unhandledRejection', (error) => void fail(error))
// Ctrl-C reaches every process of a terminal; the lab ends its ranks itself.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit(1))
process.on('message', (message) => {
  if (message === reportNow) void send({ type: 'ended', ...standing() })
  else void run(jobSchema.parse(message)).catch(fail)
})
