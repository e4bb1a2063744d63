/**
 * The ring's transport over two connected sockets: `outgoing` to the right neighbour (it dialled us), `incoming` from
 * the left one (we dialled it). Payloads are written from and read into the caller's memory, never copied here.
 *
 * The end of one connection fails only the calls that need it: a neighbour that has finished and left must not
 * disturb a rank that still awaits its last frame from the other side.
 */
import type { Socket } from 'node:net'
import type { LabError } from '../../shared/contract/errors.ts'
import { AbortListener, encodeAbort } from './abort.ts'
import { PeerLost } from './errors.ts'
import { encodeHeader, type FrameHeader } from './frame.ts'
import type { FrameReader } from './frame-reader.ts'
import type { RingTransport, TakePayload } from './ring-algorithm.ts'

/** How long a broken group keeps its connections open for the neighbours to read why. */
const lingerMs = 1000

export interface SocketTransportOptions {
  rank: number
  worldSize: number
  attempt: bigint
  outgoing: Socket
  incoming: Socket
  /** Reads `incoming`. */
  reader: FrameReader
}

export class SocketTransport implements RingTransport {
  readonly rank: number
  readonly worldSize: number
  payloadBytesSent = 0
  private readonly options: SocketTransportOptions
  private readonly right: number
  private sendError: Error | null = null
  private aborted = false

  constructor(options: SocketTransportOptions) {
    this.options = options
    this.rank = options.rank
    this.worldSize = options.worldSize
    this.right = (options.rank + 1) % options.worldSize
    this.watchOutgoing(options.outgoing)
  }

  get awaitedPeer(): number {
    return this.options.reader.isWaiting ? (this.rank + this.worldSize - 1) % this.worldSize : this.right
  }

  send(header: FrameHeader, payload: Uint8Array, checksum: bigint): Promise<void> {
    const { outgoing } = this.options
    return new Promise((resolve, reject) => {
      if (this.sendError) {
        reject(this.sendError)
        return
      }
      const written = (cause?: Error | null): void => {
        if (!cause) resolve()
        else reject((this.sendError ??= new PeerLost(this.right, { cause })))
      }
      this.payloadBytesSent += payload.byteLength
      outgoing.cork()
      outgoing.write(encodeHeader(header, checksum))
      outgoing.write(payload, written)
      outgoing.uncork()
    })
  }

  receive(expected: FrameHeader, target: Uint8Array, take: TakePayload): Promise<bigint> {
    return this.options.reader.receive(expected, target, take)
  }

  abort(reason: LabError): void {
    if (this.aborted) return
    this.aborted = true
    this.sendError ??= reason
    this.options.reader.end(reason)
    const { attempt, outgoing, incoming } = this.options
    const frame = encodeAbort({ attempt, sourceRank: this.rank, worldSize: this.worldSize }, reason)
    for (const socket of [outgoing, incoming]) {
      if (socket.writable) socket.end(frame)
      setTimeout(() => socket.destroy(), lingerMs).unref()
    }
  }

  close(reason: LabError): void {
    if (this.aborted) return
    this.sendError ??= reason
    this.options.reader.end(reason)
    this.options.outgoing.destroy()
    this.options.incoming.destroy()
  }

  private watchOutgoing(outgoing: Socket): void {
    const abort = new AbortListener(this.options.attempt, this.right)
    const lost = (cause?: Error): void => {
      this.sendError ??= new PeerLost(this.right, { cause })
    }
    outgoing.on('data', (data) => {
      const reason = abort.receive(data)
      if (!reason) return
      this.sendError ??= reason
      this.options.reader.end(reason)
    })
    outgoing.on('error', lost)
    outgoing.on('end', lost)
    outgoing.on('close', () => {
      lost()
    })
    outgoing.resume()
  }
}
