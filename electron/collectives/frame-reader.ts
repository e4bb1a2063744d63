/**
 * The receiving end of a connection with the left neighbour. The kernel writes straight into the memory where the
 * payload belongs (`onread` of node:net, which only a socket that connects can have: that is why receivers dial and
 * senders listen). It reads only while a frame is wanted, so that a neighbour who is ahead is held back by the
 * connection itself and needs no buffer here.
 *
 * node:net asks for the next target right after each read, hence the small state machine: at any moment it is known
 * where the next bytes go.
 */
import type { OnReadOpts, Socket } from 'node:net'
import { abortLength, parseAbort } from './abort.ts'
import { PeerLost } from './errors.ts'
import { checksumOf } from '../kernels/checksum.ts'
import { checkHeader, compareChecksums, decodeHeader, headerBytes, type FrameHeader } from './frame.ts'
import type { TakePayload, WantedFrame } from './ring-algorithm.ts'

export class FrameReader {
  /** For `net.connect`. */
  readonly onread: OnReadOpts = { buffer: () => this.target.subarray(this.filled), callback: (bytes) => this.accept(bytes) }
  private readonly peer: number
  private readonly header = new Uint8Array(headerBytes)
  private target: Uint8Array = this.header
  private filled = 0
  private payloadChecksum = 0n
  private aborting = false
  private wanted: WantedFrame | null = null
  private ended: Error | null = null
  private socket: Socket | null = null

  /** `peer`: the rank that sends, for messages. */
  constructor(peer: number) {
    this.peer = peer
  }

  get isWaiting(): boolean {
    return this.wanted !== null
  }

  /** The socket that was made with `onread`. */
  watch(socket: Socket): void {
    this.socket = socket
    socket.on('error', (cause) => {
      this.end(new PeerLost(this.peer, { cause }))
    })
    socket.on('end', () => {
      this.end(new PeerLost(this.peer))
    })
    socket.on('close', () => {
      this.end(new PeerLost(this.peer))
    })
  }

  /** See `RingTransport.receive`. One at a time. */
  receive(expected: FrameHeader, target: Uint8Array, take: TakePayload = checksumOf): Promise<bigint> {
    return new Promise((arrived, failed) => {
      if (this.ended) {
        failed(this.ended)
        return
      }
      this.wanted = { expected, target, take, arrived, failed }
      this.socket?.resume()
    })
  }

  /** Rejects what is wanted now and later. The first reason stays. */
  end(reason: unknown): void {
    this.ended ??= reason instanceof Error ? reason : new Error(String(reason))
    this.wanted?.failed(this.ended)
    this.wanted = null
    this.socket?.pause()
  }

  /** `bytes` more have been written into `target`. Returns whether to go on reading. */
  private accept(bytes: number): boolean {
    this.filled += bytes
    if (this.filled < this.target.byteLength) return true
    try {
      return this.target === this.header ? this.takeHeader() : this.takePayload()
    } catch (error) {
      this.end(error)
      return false
    }
  }

  private takeHeader(): boolean {
    // Nothing is read while nothing is wanted.
    const { expected, target } = this.wanted!
    const { header, payloadChecksum } = decodeHeader(this.header, this.peer)
    this.payloadChecksum = payloadChecksum
    this.filled = 0
    if (header.kind === 'abort') {
      this.target = new Uint8Array(abortLength(header, expected.attempt, this.peer))
      this.aborting = true
    } else {
      checkHeader(header, expected, this.peer)
      this.target = target
    }
    return this.target.byteLength > 0 || this.takePayload()
  }

  private takePayload(): boolean {
    const payload = this.target
    this.target = this.header
    this.filled = 0
    if (this.aborting) {
      compareChecksums('payload', checksumOf(payload), this.payloadChecksum, this.peer)
      throw parseAbort(payload, this.peer)
    }
    const { take, arrived } = this.wanted!
    compareChecksums('payload', take(payload), this.payloadChecksum, this.peer)
    this.wanted = null
    arrived(this.payloadChecksum)
    return false
  }
}
