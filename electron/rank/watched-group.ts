/**
 * A process group that says, through the heartbeat, whether this rank is waiting for the others. When nothing moves any
 * more, that tells the rank that hangs from those that only wait for it. It changes nothing of what is computed.
 */
import type { ProcessGroup } from '../collectives/process-group.ts'
import { beats } from './heartbeat-pipe.ts'

/** `beat` is what the heartbeat thread sends. */
export function watchedGroup(group: ProcessGroup, beat: Int32Array): ProcessGroup {
  let pending = 0
  const watch = async (collective: Promise<void>): Promise<void> => {
    pending++
    Atomics.store(beat, 0, beats.waiting)
    try {
      await collective
    } finally {
      if (--pending === 0) Atomics.store(beat, 0, beats.busy)
    }
  }
  return {
    rank: group.rank,
    worldSize: group.worldSize,
    get payloadBytesSent() {
      return group.payloadBytesSent
    },
    allReduce: (data, context) => watch(group.allReduce(data, context)),
    broadcast: (data, root, context) => watch(group.broadcast(data, root, context)),
    barrier: (context) => watch(group.barrier(context)),
    close: () => group.close(),
  }
}
