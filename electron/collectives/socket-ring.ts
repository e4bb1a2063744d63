/**
 * Forms a ring of processes on one machine: each rank listens for its right neighbour and dials its left one, again
 * and again until the deadline, since ranks start in any order. Two frames (`hello`, `welcome`) prove to both sides
 * that the other belongs to the same attempt and sits where it should; whoever else connects is dropped and the
 * ranks go on waiting.
 */
import { createServer } from 'node:net'
import { joinTimeout } from './errors.ts'
import { attemptHash } from './frame.ts'
import { acceptRight, dialLeft, type Meeting } from './handshake.ts'
import type { ProcessGroup } from './process-group.ts'
import type { RingTransport } from './ring-algorithm.ts'
import { listenAs } from './rendezvous.ts'
import { RingProcessGroup } from './ring-group.ts'
import { singleProcessGroup } from './single.ts'
import { SocketTransport } from './socket-transport.ts'

export interface JoinOptions {
  rank: number
  worldSize: number
  /** Unique id of this start of the run; ranks of another attempt are refused. */
  attempt: string
  /** Exists, is the same for all ranks of the attempt and is used by no other. */
  directory: string
  /** Deadline of the joining. */
  timeoutMs?: number
  /** Deadline of each later collective, asked for when it begins; absent: `timeoutMs`. */
  collectiveTimeoutMs?: () => number
  /** Stands between the group and its transport, to see what goes over the wire. */
  watchTransport?: (transport: RingTransport) => RingTransport
  /** Gives up joining, or closes the group. */
  signal?: AbortSignal
}

/**
 * Resolves when both neighbours are connected. Throws COLLECTIVE_TIMEOUT naming the ranks that did not come,
 * PORT_IN_USE, OUTPUT_NOT_WRITABLE, or the signal's reason.
 */
export async function joinSocketRing(options: JoinOptions): Promise<ProcessGroup> {
  const { rank, worldSize, directory, timeoutMs = 30_000, signal } = options
  signal?.throwIfAborted()
  if (worldSize === 1) return singleProcessGroup()
  const attempt = attemptHash(options.attempt)
  const cancel = new AbortController()
  const meeting: Meeting = { rank, worldSize, attempt, directory, cancelled: cancel.signal, sockets: new Set(), problems: new Set() }
  const awaited = new Map([
    ['left', (rank + worldSize - 1) % worldSize],
    ['right', (rank + 1) % worldSize],
  ])
  let group: ProcessGroup | null = null
  signal?.addEventListener('abort', () => {
    if (group) group.close()
    else cancel.abort(signal.reason)
  })

  const server = createServer()
  const stopListening = await listenAs(server, directory, rank)
  const timer = setTimeout(() => {
    const missing = new Set(awaited.values())
    cancel.abort(joinTimeout([...missing], timeoutMs, [...meeting.problems]))
  }, timeoutMs)
  try {
    const [outgoing, { socket: incoming, reader }] = await Promise.all([
      acceptRight(meeting, server).finally(() => awaited.delete('right')),
      dialLeft(meeting).finally(() => awaited.delete('left')),
    ])
    meeting.sockets.delete(outgoing)
    meeting.sockets.delete(incoming)
    const sockets = new SocketTransport({ rank, worldSize, attempt, outgoing, incoming, reader })
    const transport = options.watchTransport?.(sockets) ?? sockets
    group = new RingProcessGroup({ transport, attempt, timeoutMs: options.collectiveTimeoutMs ?? timeoutMs })
    return group
  } finally {
    clearTimeout(timer)
    stopListening()
    for (const socket of meeting.sockets) socket.destroy()
  }
}
