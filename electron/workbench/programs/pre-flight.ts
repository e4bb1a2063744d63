/** Experiment 18: what a rank can look at before the first step: its address, its device, its threads. */
import { createServer } from 'node:net'
import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { listenAs } from '../../collectives/rendezvous.ts'
import { toLabErrorInfo } from '../../../shared/contract/errors.ts'
import type { RankProgram } from '../rank/context.ts'

const program: RankProgram<'pre-flight'> = async (context) => {
  const { rank, worldSize, group, threads: ownThreads, input } = context
  const { arm } = input
  const directory = join(context.directory, 'flight')
  await mkdir(directory, { recursive: true })

  const leftover = createServer()
  if (arm === 'port-busy' && rank === 0) {
    // region port-busy
    // A rank of an earlier start that nobody ended still listens where rank 1 wants to.
    await listenAs(leftover, directory, 1)
    // endregion
  }
  await group.barrier({ step: 0, bucket: 0 })
  // region address
  const server = createServer()
  const address = await listenAs(server, directory, rank).then(
    (stop) => {
      stop()
      return { name: 'address' as const, ok: true, seen: `the address of rank ${rank} is free` }
    },
    (error: unknown) => ({ name: 'address' as const, ok: false, seen: toLabErrorInfo(error).title }),
  )
  // endregion
  await group.barrier({ step: 0, bucket: 1 })
  leftover.close()

  // region one-device
  // device = 'cuda:0' instead of the rank's own.
  const hardCoded = 0
  // endregion
  const device = arm === 'one-device' ? hardCoded : rank
  // region device
  const claims = new Float32Array(worldSize)
  claims[device] = 1
  await group.allReduce(claims, { step: 1, bucket: 0 })
  const ok = claims[device] === 1
  const seen = ok ? `device ${device} is claimed by rank ${rank} alone` : `device ${device} is claimed by ${claims[device]} ranks`
  // endregion

  const cores = availableParallelism()
  // region too-many-threads
  // What libraries take if nobody tells them: every core, on every rank.
  const everyCore = 2 * cores
  // endregion
  const threads = arm === 'too-many-threads' ? everyCore : ownThreads
  // region threads
  const enough = threads * worldSize <= Math.max(cores, worldSize)
  const counted = `${worldSize} ranks × ${threads} threads on ${cores} cores`
  // endregion
  return { checks: [address, { name: 'device', ok, seen }, { name: 'threads', ok: enough, seen: counted }] }
}

export default program
