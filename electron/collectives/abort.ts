/**
 * The first cause, passed round the ring: a rank whose group breaks sends its error to both neighbours, they break
 * with the same error and pass it on. So every rank reports what went wrong first, not that its neighbour left.
 *
 * It goes to the right between the data frames, and to the left on the otherwise unused way back of that connection.
 */
import { labErrorInfoSchema, LabError } from '../../shared/contract/errors.ts'
import { checksumOf } from '../kernels/checksum.ts'
import { corrupt, desync } from './errors.ts'
import { compareChecksums, decodeHeader, encodeHeader, headerBytes, type FrameHeader } from './frame.ts'

const maxAbortBytes = 16 * 1024

/** Header and payload in one piece. */
export function encodeAbort(from: Pick<FrameHeader, 'attempt' | 'sourceRank' | 'worldSize'>, reason: LabError): Uint8Array {
  const payload = Buffer.from(JSON.stringify(reason.info))
  const header = { ...from, kind: 'abort', step: 0, sequence: 0, bucket: 0, round: 0, chunk: 0, payloadLength: payload.byteLength } as const
  return Buffer.concat([encodeHeader(header, checksumOf(payload)), payload])
}

/** Payload length of an `abort` frame once its sender is known to belong here. Throws COLLECTIVE_DESYNC. */
export function abortLength(received: FrameHeader, attempt: bigint, peer: number): number {
  if (received.attempt !== attempt) throw desync('attempt', String(attempt), String(received.attempt), peer)
  if (received.payloadLength > maxAbortBytes) throw desync('payload length', `up to ${maxAbortBytes}`, String(received.payloadLength), peer)
  return received.payloadLength
}

/** The error that `peer` sent; a COLLECTIVE_CORRUPT one where it makes no sense. */
export function parseAbort(payload: Uint8Array, peer: number): LabError {
  try {
    return new LabError(labErrorInfoSchema.parse(JSON.parse(Buffer.from(payload).toString('utf8'))))
  } catch (error) {
    return corrupt('abort message', peer, error instanceof Error ? error.message : String(error))
  }
}

/** Collects the way back of a connection; `receive` returns the error once it is whole. Nothing else may come there. */
export class AbortListener {
  private received = Buffer.alloc(0)
  private readonly attempt: bigint
  private readonly peer: number

  constructor(attempt: bigint, peer: number) {
    this.attempt = attempt
    this.peer = peer
  }

  receive(data: Buffer): Error | null {
    this.received = Buffer.concat([this.received, data])
    if (this.received.byteLength < headerBytes) return null
    try {
      const { header, payloadChecksum } = decodeHeader(this.received, this.peer)
      const end = headerBytes + abortLength(header, this.attempt, this.peer)
      if (this.received.byteLength < end) return null
      const payload = this.received.subarray(headerBytes, end)
      compareChecksums('payload', checksumOf(payload), payloadChecksum, this.peer)
      return parseAbort(payload, this.peer)
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }
}
