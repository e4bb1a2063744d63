/**
 * What travels between two ranks: a header of fixed size, then the payload. The header says exactly which piece of
 * which collective follows; the receiver knows what must come next and compares every field, so that two ranks that
 * drifted apart are caught before a gradient is used.
 *
 * The header carries a CRC-32 of its own, verified before any field (above all the length) is believed, and the
 * payload's checksum (Fletcher's: a CRC of hundreds of megabytes would cost more than their transport, see
 * kernels/assembly/checksum.ts). All-gather and broadcast forward a payload with the checksum of its origin, which makes
 * it end to end.
 *
 * Offsets in bytes, little-endian: 0 magic u32 · 4 version u16 · 6 kind u16 · 8 attempt u64 · 16 step u32 ·
 * 20 sequence u32 · 24 bucket u32 · 28 round u32 · 32 chunk u32 · 36 source rank u16 · 38 world size u16 ·
 * 40 payload length u32 · 44 payload checksum u64 · 52 header CRC-32 (over bytes 0 to 51)
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { corrupt, desync } from './errors.ts'

export const headerBytes = 56
const checkedBytes = headerBytes - 4

/** `hello` and `welcome` join two neighbours; `abort` carries the `LabErrorInfo` that ended a peer's group, as JSON. */
export const frameKinds = ['hello', 'welcome', 'allReduce', 'broadcast', 'barrier', 'abort'] as const
export type FrameKind = (typeof frameKinds)[number]

export interface FrameHeader {
  kind: FrameKind
  /** `attemptHash` of the attempt's id. */
  attempt: bigint
  step: number
  /** Counts the collectives of the group. */
  sequence: number
  bucket: number
  /** Step of the ring's schedule, see `ringSchedule`. */
  round: number
  /** Index of the piece within its round. */
  chunk: number
  sourceRank: number
  worldSize: number
  payloadLength: number
}

const magic = 0x474e5244 // 'DRNG'
const version = 2

/** First 64 bits of the SHA-256 of an attempt's id. */
export function attemptHash(attempt: string): bigint {
  return createHash('sha256').update(attempt).digest().readBigUInt64LE()
}

export function encodeHeader(header: FrameHeader, payloadChecksum: bigint): Uint8Array {
  const bytes = new Uint8Array(headerBytes)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, magic, true)
  view.setUint16(4, version, true)
  view.setUint16(6, frameKinds.indexOf(header.kind), true)
  view.setBigUint64(8, header.attempt, true)
  view.setUint32(16, header.step, true)
  view.setUint32(20, header.sequence, true)
  view.setUint32(24, header.bucket, true)
  view.setUint32(28, header.round, true)
  view.setUint32(32, header.chunk, true)
  view.setUint16(36, header.sourceRank, true)
  view.setUint16(38, header.worldSize, true)
  view.setUint32(40, header.payloadLength, true)
  view.setBigUint64(44, payloadChecksum, true)
  view.setUint32(checkedBytes, crc32(bytes.subarray(0, checkedBytes)), true)
  return bytes
}

/** `bytes`: `headerBytes` of them, from `peer`. Throws COLLECTIVE_CORRUPT, or COLLECTIVE_DESYNC for another version. */
export function decodeHeader(bytes: Uint8Array, peer: number): { header: FrameHeader; payloadChecksum: bigint } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes)
  if (view.getUint32(0, true) !== magic) throw corrupt('header', peer, 'it does not begin like one')
  compareChecksums('header', crc32(bytes.subarray(0, checkedBytes)), view.getUint32(checkedBytes, true), peer)
  if (view.getUint16(4, true) !== version) throw desync('version', String(version), String(view.getUint16(4, true)), peer)
  const kind = frameKinds[view.getUint16(6, true)]
  if (kind === undefined) throw corrupt('header', peer, `${view.getUint16(6, true)} is no kind of message`)
  const header: FrameHeader = {
    kind,
    attempt: view.getBigUint64(8, true),
    step: view.getUint32(16, true),
    sequence: view.getUint32(20, true),
    bucket: view.getUint32(24, true),
    round: view.getUint32(28, true),
    chunk: view.getUint32(32, true),
    sourceRank: view.getUint16(36, true),
    worldSize: view.getUint16(38, true),
    payloadLength: view.getUint32(40, true),
  }
  return { header, payloadChecksum: view.getBigUint64(44, true) }
}

/** In the order in which a difference is most telling: an old attempt is named before its steps are. */
const fieldNames = {
  attempt: 'attempt',
  worldSize: 'world size',
  sourceRank: 'rank',
  kind: 'collective',
  step: 'step',
  bucket: 'bucket',
  sequence: 'sequence number',
  round: 'round',
  chunk: 'chunk',
  payloadLength: 'payload length',
} satisfies Record<keyof FrameHeader, string>

/** Throws COLLECTIVE_DESYNC naming the first field that differs, both values and the peer. */
export function checkHeader(received: FrameHeader, expected: FrameHeader, peer: number): void {
  for (const [field, name] of Object.entries(fieldNames) as [keyof FrameHeader, string][]) {
    if (received[field] !== expected[field]) throw desync(name, String(expected[field]), String(received[field]), peer)
  }
}

/** Throws COLLECTIVE_CORRUPT where what arrived is not what its sender says it sent. */
export function compareChecksums<T extends number | bigint>(part: 'header' | 'payload', actual: T, stated: T, peer: number): void {
  if (actual !== stated) throw corrupt(part, peer, `checksum ${actual.toString(16)} instead of ${stated.toString(16)}`)
}
