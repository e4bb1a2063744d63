/**
 * The processes of one attempt: forks them into one rendezvous and one log, and reaches them all or one by one. Whoever
 * listens gets each rank's events; it decides nothing.
 */
import { LabError } from '../../shared/contract/errors.ts'
import type { Fault } from '../../shared/domain/fault.ts'
import type { RunRecord } from '../../shared/domain/run.ts'
import type { SupervisorMessage } from '../rank/protocol.ts'
import type { AwakeClock } from './awake-clock.ts'
import type { RankDevice } from './device-assignment.ts'
import { openLog } from './log-file.ts'
import { RankProcess, type RankProcessEvents } from './rank-process.ts'
import { createRendezvous, removeRendezvous } from './rendezvous.ts'

export interface RankGroupOptions {
  record: RunRecord
  worldSize: number
  runDirectory: string
  cacheDirectory: string
  threadsPerRank: number
  /** One for each rank; in an elastic run there may be more. */
  devices: readonly RankDevice[]
  resumeFrom: string | null
  /** Of the pretrained model that a fresh run begins with, or null. */
  modelDirectory: string | null
  timesForward: boolean
  clock: AwakeClock
}

/** Faults that are signals; the others are messages. */
const faultSignals: Partial<Record<Fault, NodeJS.Signals>> = { kill: 'SIGKILL', freeze: 'SIGSTOP', thaw: 'SIGCONT' }

export class RankGroup {
  readonly ranks: RankProcess[] = []
  #rendezvous: string | null = null

  /** Starts all ranks. Where it throws, those that were started are in `ranks` and want to be ended. */
  async launch(options: RankGroupOptions, eventsOf: (rank: number) => RankProcessEvents): Promise<void> {
    const { record, worldSize, runDirectory, cacheDirectory, threadsPerRank: threads, devices, clock } = options
    const { resumeFrom, modelDirectory, timesForward } = options
    const { id, config, attempt } = record
    const log = await openLog(runDirectory, `attempt ${attempt}, ${new Date().toISOString()}`)
    try {
      this.#rendezvous = await createRendezvous()
      const paths = { rendezvousDirectory: this.#rendezvous, runDirectory, cacheDirectory, resumeFrom, modelDirectory }
      const env = { runId: id, config, attempt: `${id}#${attempt}`, worldSize, threads, timesForward, ...paths }
      for (const [rank, { name, variables }] of devices.slice(0, worldSize).entries()) {
        this.ranks.push(new RankProcess({ ...env, rank, localRank: rank, deviceName: name }, variables, log.fd, clock, eventsOf(rank)))
      }
    } finally {
      await log.close()
    }
  }

  get someAlive(): boolean {
    return this.ranks.some((rank) => rank.alive)
  }

  send(message: SupervisorMessage): void {
    for (const rank of this.ranks) rank.send(message)
  }

  signal(signal: NodeJS.Signals): void {
    for (const rank of this.ranks) rank.kill(signal)
  }

  /** Throws CONFIG_INVALID where there is no such rank, NOT_IMPLEMENTED_HERE where the system cannot do it. */
  injectFault(rank: number, fault: Fault): void {
    const process = this.ranks[rank]
    if (process === undefined || !process.alive) throw noSuchRank(rank)
    const signal = faultSignals[fault]
    if (signal === undefined) process.send({ type: 'fault', fault })
    else if (signal !== 'SIGKILL' && globalThis.process.platform === 'win32') throw noFreezing()
    else process.kill(signal)
  }

  /** Clears away what the ranks met in. */
  async close(): Promise<void> {
    if (this.#rendezvous !== null) await removeRendezvous(this.#rendezvous)
    this.#rendezvous = null
  }
}

const noSuchRank = (rank: number): LabError =>
  new LabError({
    code: 'CONFIG_INVALID',
    title: `There is no rank ${rank} to break`,
    cause: 'Its process is not there, or not any more.',
    suggestion: 'Choose a rank of the rank map that is at work.',
  })

const noFreezing = (): LabError =>
  new LabError({
    code: 'NOT_IMPLEMENTED_HERE',
    title: 'This system cannot freeze a process',
    cause: 'Windows has no signal that stops a process and lets it go on later.',
    suggestion: 'Kill the rank or slow it down instead.',
  })
