/**
 * A ring whose ranks live in one process, for lessons and tests: the same algorithm, headers and checks as over
 * sockets, with a hand-over in memory where the wire would be.
 */
import { attemptHash, checkHeader, compareChecksums, decodeHeader, encodeHeader, type FrameHeader } from './frame.ts'
import { PeerLost } from './errors.ts'
import type { ProcessGroup } from './process-group.ts'
import type { RingTransport, TakePayload, WantedFrame } from './ring-algorithm.ts'
import { RingProcessGroup } from './ring-group.ts'
import { singleProcessGroup } from './single.ts'

/** One group per rank, to be used side by side. */
export function createMemoryRing(worldSize: number, timeoutMs = 30_000): ProcessGroup[] {
  if (worldSize === 1) return [singleProcessGroup()]
  const attempt = attemptHash('memory')
  const links = Array.from({ length: worldSize }, (_, sender) => new MemoryLink(sender))
  return links.map((outgoing, rank) => {
    const incoming = links[(rank + worldSize - 1) % worldSize]
    return new RingProcessGroup({ transport: new MemoryTransport(rank, worldSize, incoming, outgoing), attempt, timeoutMs })
  })
}

interface Posted {
  header: Uint8Array
  payload: Uint8Array
  taken: () => void
  refused: (reason: Error) => void
}

/** One way, from `sender` to its right neighbour. A frame waits in it, uncopied, until the receiver asks for it. */
class MemoryLink {
  readonly sender: number
  private readonly posted: Posted[] = []
  private wanted: WantedFrame | null = null
  private senderError: Error | null = null
  private receiverError: Error | null = null

  constructor(sender: number) {
    this.sender = sender
  }

  get isWaiting(): boolean {
    return this.wanted !== null
  }

  post(frame: Posted): void {
    if (this.senderError) frame.refused(this.senderError)
    else this.posted.push(frame)
    this.deliver()
  }

  want(frame: WantedFrame): void {
    if (this.receiverError) frame.failed(this.receiverError)
    else this.wanted = frame
    this.deliver()
  }

  end(senderError: Error, receiverError: Error): void {
    this.senderError ??= senderError
    this.receiverError ??= receiverError
    for (const frame of this.posted.splice(0)) frame.refused(this.senderError)
    this.wanted?.failed(this.receiverError)
    this.wanted = null
  }

  private deliver(): void {
    if (!this.wanted || this.posted.length === 0) return
    const { header, payload, taken } = this.posted.shift()!
    const { expected, target, take, arrived, failed } = this.wanted
    this.wanted = null
    try {
      const received = decodeHeader(header, this.sender)
      checkHeader(received.header, expected, this.sender)
      target.set(payload)
      compareChecksums('payload', take(target), received.payloadChecksum, this.sender)
      arrived(received.payloadChecksum)
    } catch (error) {
      failed(error)
    }
    taken()
  }
}

class MemoryTransport implements RingTransport {
  readonly rank: number
  readonly worldSize: number
  payloadBytesSent = 0
  private readonly incoming: MemoryLink
  private readonly outgoing: MemoryLink

  constructor(rank: number, worldSize: number, incoming: MemoryLink, outgoing: MemoryLink) {
    this.rank = rank
    this.worldSize = worldSize
    this.incoming = incoming
    this.outgoing = outgoing
  }

  get awaitedPeer(): number {
    return this.incoming.isWaiting ? this.incoming.sender : (this.rank + 1) % this.worldSize
  }

  send(header: FrameHeader, payload: Uint8Array, checksum: bigint): Promise<void> {
    this.payloadBytesSent += payload.byteLength
    return new Promise((taken, refused) => {
      this.outgoing.post({ header: encodeHeader(header, checksum), payload, taken, refused })
    })
  }

  receive(expected: FrameHeader, target: Uint8Array, take: TakePayload): Promise<bigint> {
    return new Promise((arrived, failed) => {
      this.incoming.want({ expected, target, take, arrived, failed })
    })
  }

  abort(reason: Error): void {
    this.incoming.end(reason, reason)
    this.outgoing.end(reason, reason)
  }

  close(reason: Error): void {
    const lost = new PeerLost(this.rank)
    this.incoming.end(lost, reason)
    this.outgoing.end(reason, lost)
  }
}
