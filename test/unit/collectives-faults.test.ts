/**
 * Each guard of the wire is seen to catch what it is for: bytes changed, lost, delayed and forged between two ranks over
 * real sockets, by a proxy in the middle.
 */
import { describe, expect, it } from 'vitest'
import { decodeHeader, encodeHeader, headerBytes, type FrameHeader } from '../../electron/collectives/frame.ts'
import type { ProcessGroup } from '../../electron/collectives/process-group.ts'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { labError, memoryRing, socketRing } from '../helpers/process-groups.ts'
import { flipBit, inPieces, tamperedPair, type Tamper } from '../helpers/tampering-proxy.ts'

const step12 = { step: 12, bucket: 3 }
/** The stream from rank 0: `welcome`, then the first frame of the all-reduce. */
const frameStart = headerBytes
const payloadStart = frameStart + headerBytes

const failuresOf = (groups: ProcessGroup[]): Promise<LabErrorInfo[]> =>
  Promise.all(groups.map((group) => labError(group.allReduce(new Float32Array(1000).fill(1), step12))))

/** Rewrites the first frame's header, with a valid checksum. */
function forge(change: Partial<FrameHeader>): Tamper {
  return (data, start) => {
    if (start > frameStart || start + data.length < payloadStart) return [data]
    const copy = Buffer.from(data)
    const at = frameStart - start
    const { header, payloadChecksum } = decodeHeader(copy.subarray(at, at + headerBytes), 0)
    copy.set(encodeHeader({ ...header, ...change }, payloadChecksum), at)
    return [copy]
  }
}

describe('between two ranks', () => {
  it('an honest proxy changes nothing (the tests below fail for their own reason)', async () => {
    const groups = await tamperedPair((data) => [data])
    const data = groups.map((group) => new Float32Array(1000).fill(group.rank + 1))
    await Promise.all(groups.map((group) => group.allReduce(data[group.rank], step12)))
    for (const values of data) expect(values.every((value) => value === 3)).toBe(true)
  })

  it.each([1, 3, headerBytes, 4099])('what arrives in pieces of %i bytes is put together', async (size) => {
    const groups = await tamperedPair(inPieces(size))
    const data = groups.map((group) => new Float32Array(size * 200).fill(group.rank + 1))
    await Promise.all(groups.map((group) => group.allReduce(data[group.rank], step12)))
    for (const values of data) expect(values.every((value) => value === 3)).toBe(true)
  })

  it.each([0, 9, 17, 41, 45, 51])('a flipped bit in byte %i of a header is caught, and both ranks say so', async (byte) => {
    for (const failure of await failuresOf(await tamperedPair(flipBit(frameStart + byte, byte % 8)))) {
      expect(failure.code).toBe('COLLECTIVE_CORRUPT')
      expect(failure.title).toBe('Data from rank 0 arrived damaged')
      expect(failure.cause).toContain('header')
    }
  })

  it.each([0, 1, 1999])('a flipped bit in byte %i of a payload is caught, and both ranks say so', async (byte) => {
    for (const failure of await failuresOf(await tamperedPair(flipBit(payloadStart + byte, 3)))) {
      expect(failure.code).toBe('COLLECTIVE_CORRUPT')
      expect(failure.cause).toContain('payload')
    }
  })

  it.each([
    ['attempt', { attempt: 1n }],
    ['world size', { worldSize: 3 }],
    ['rank', { sourceRank: 1 }],
    ['collective', { kind: 'broadcast' }],
    ['step', { step: 11 }],
    ['bucket', { bucket: 2 }],
    ['sequence number', { sequence: 1 }],
    ['round', { round: 1 }],
    ['chunk', { chunk: 1 }],
    ['payload length', { payloadLength: 4_000_000_000 }],
  ] as [string, Partial<FrameHeader>][])('a frame with another %s is refused, whole as it is', async (field, change) => {
    for (const failure of await failuresOf(await tamperedPair(forge(change)))) {
      expect(failure.code).toBe('COLLECTIVE_DESYNC')
      expect(failure.cause).toMatch(new RegExp(`^Rank 0 sent ${field} ${Object.values(change)[0]} where ${field} .+ was expected`))
    }
  })

  it.each([frameStart + 20, payloadStart, payloadStart + 1000])('a connection cut after %i bytes is noticed at once', async (cut) => {
    let passed = 0
    const groups = await tamperedPair((data) => {
      passed += data.length
      return passed > cut ? null : [data]
    })
    for (const failure of await failuresOf(groups)) {
      expect(failure.code).toBe('RANK_FAILED')
      expect(failure.title).toMatch(/^Connection to rank [01] was lost during all-reduce, step 12$/)
    }
  })

  it('a wire that goes dead is noticed at the deadline', async () => {
    const groups = await tamperedPair((data, offset) => (offset < frameStart ? [data] : []), 500)
    for (const failure of await failuresOf(groups)) expect(failure.code).toBe('COLLECTIVE_TIMEOUT')
  })
})

describe.each(['memory', 'socket'] as const)('in a %s ring of four', (kind) => {
  const ring = (timeoutMs: number): Promise<ProcessGroup[]> =>
    kind === 'socket' ? socketRing(4, { timeoutMs }) : Promise.resolve(memoryRing(4, timeoutMs))

  it('a rank that never comes is named at the deadline by all who wait', async () => {
    const groups = await ring(500)
    const failures = await Promise.all(groups.slice(0, 2).map((group) => labError(group.barrier(step12))))
    for (const failure of failures) {
      expect(failure.code).toBe('COLLECTIVE_TIMEOUT')
      expect(failure.title).toMatch(/^Rank \d did not answer in time during barrier, step 12$/)
    }
    // The rank that comes too late hears the same.
    expect((await labError(groups[3].barrier(step12))).code).toBe('COLLECTIVE_TIMEOUT')
  })

  it('all ranks report the first cause, not that their neighbour left', async () => {
    const groups = await ring(20_000)
    const failures = await Promise.all(
      groups.map((group) => labError(group.allReduce(new Float32Array(100), { step: group.rank === 2 ? 9 : 8, bucket: 0 }))),
    )
    for (const failure of failures) expect(failure.code).toBe('COLLECTIVE_DESYNC')
  })
})
