/**
 * A group of one: every collective is already done. World size 1 runs the same training code as any other; it must not
 * need a branch of its own anywhere.
 */
import type { ProcessGroup } from './process-group.ts'

export function singleProcessGroup(): ProcessGroup {
  return {
    rank: 0,
    worldSize: 1,
    payloadBytesSent: 0,
    allReduce: () => Promise.resolve(),
    broadcast: () => Promise.resolve(),
    barrier: () => Promise.resolve(),
    close: () => undefined,
  }
}
