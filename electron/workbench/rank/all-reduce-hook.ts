/** The same process group, with something around its all-reduce: to count it, to time it, to make it slow. */
import type { ProcessGroup } from '../../collectives/process-group.ts'

export const hookAllReduce = (group: ProcessGroup, allReduce: ProcessGroup['allReduce']): ProcessGroup => ({
  rank: group.rank,
  worldSize: group.worldSize,
  get payloadBytesSent() {
    return group.payloadBytesSent
  },
  allReduce,
  broadcast: (data, root, context) => group.broadcast(data, root, context),
  barrier: (context) => group.barrier(context),
  close: () => group.close(),
})
