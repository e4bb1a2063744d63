/**
 * A process group that says, through the heartbeat, whether this rank is waiting for the others, and in which collective.
 * When nothing moves any more, that tells the rank that hangs from those that only wait for it. It changes nothing of what is
 * computed.
 */
import type { ProcessGroup } from '../collectives/process-group.ts'
import { type Beat, beats, type Collective } from './heartbeat-pipe.ts'

/** `beat` is what the heartbeat thread sends. */
export function watchedGroup(group: ProcessGroup, beat: Int32Array): ProcessGroup {
  let pending = 0
  const say = (what: Beat): void => void Atomics.store(beat, 0, beats.indexOf(what))
  const watch = async (name: Collective, collective: Promise<void>): Promise<void> => {
    pending++
    say(name)
    try {
      await collective
    } finally {
      if (--pending === 0) say('busy')
    }
  }
  return {
    rank: group.rank,
    worldSize: group.worldSize,
    get payloadBytesSent() {
      return group.payloadBytesSent
    },
    allReduce: (data, context) => watch('all-reduce', group.allReduce(data, context)),
    broadcast: (data, root, context) => watch('broadcast', group.broadcast(data, root, context)),
    barrier: (context) => watch('barrier', group.barrier(context)),
    close: () => group.close(),
  }
}
