/**
 * The codec of frames and its guards, without a wire: every bit and every field of a header is seen to be checked.
 * The same guards at work between two ranks are in collectives-faults.test.ts.
 */
import { describe, expect, it } from 'vitest'
import { abortLength, encodeAbort, parseAbort } from '../../electron/collectives/abort.ts'
import {
  attemptHash,
  checkHeader,
  compareChecksums,
  decodeHeader,
  encodeHeader,
  headerBytes,
  type FrameHeader,
} from '../../electron/collectives/frame.ts'
import { checksumOf } from '../../electron/kernels/checksum.ts'
import { LabError } from '../../shared/contract/errors.ts'

const header: FrameHeader = {
  kind: 'allReduce',
  attempt: attemptHash('20261124-031500-tiny-ab12/1'),
  step: 12,
  sequence: 4_000_000_000,
  bucket: 3,
  round: 1,
  chunk: 7,
  sourceRank: 1,
  worldSize: 2,
  payloadLength: 1_048_576,
}

/** Another value for each field. */
const others: FrameHeader = {
  kind: 'broadcast',
  attempt: attemptHash('20261124-031500-tiny-ab12/2'),
  step: 13,
  sequence: 4_000_000_001,
  bucket: 4,
  round: 2,
  chunk: 8,
  sourceRank: 0,
  worldSize: 3,
  payloadLength: 1_048_572,
}

function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof LabError) return error.info.code
    throw error
  }
  return 'accepted'
}

describe('a frame’s header', () => {
  it('comes back as it was sent', () => {
    const bytes = encodeHeader(header, 0xdeadbeefn)
    expect(bytes).toHaveLength(headerBytes)
    expect(decodeHeader(bytes, 1)).toEqual({ header, payloadChecksum: 0xdeadbeefn })
  })

  it('is refused when any single bit of it is wrong', () => {
    const bytes = encodeHeader(header, 0xdeadbeefn)
    for (let bit = 0; bit < headerBytes * 8; bit++) {
      const damaged = bytes.slice()
      damaged[bit >> 3] ^= 1 << (bit & 7)
      expect(codeOf(() => decodeHeader(damaged, 1))).toBe('COLLECTIVE_CORRUPT')
    }
  })

  it('passes when it is the one that is expected', () => {
    expect(codeOf(() => checkHeader(header, { ...header }, 1))).toBe('accepted')
  })

  it.each(Object.keys(header) as (keyof FrameHeader)[])('is refused when its %s is not the expected one', (field) => {
    const received = { ...header, [field]: others[field] }
    expect(codeOf(() => checkHeader(received, header, 1))).toBe('COLLECTIVE_DESYNC')
  })

  it('is refused with the field, both values and the peer in the message', () => {
    expect(() => checkHeader({ ...header, step: 13 }, header, 1)).toThrow('Rank 1 sent step 13 where step 12 was expected.')
  })
})

describe('a payload', () => {
  it('is refused when it does not have its checksum', () => {
    expect(codeOf(() => compareChecksums('payload', checksumOf(Buffer.from('gradient')), 0x1234n, 1))).toBe('COLLECTIVE_CORRUPT')
  })
})

describe('an abort message', () => {
  const reason = new LabError({ code: 'COLLECTIVE_TIMEOUT', title: 'title', cause: 'cause', suggestion: 'suggestion' })
  const from = { attempt: header.attempt, sourceRank: 1, worldSize: 2 }

  it('carries the first error whole', () => {
    const bytes = encodeAbort(from, reason)
    const decoded = decodeHeader(bytes.subarray(0, headerBytes), 1)
    const payload = bytes.subarray(headerBytes)
    expect(abortLength(decoded.header, header.attempt, 1)).toBe(payload.byteLength)
    compareChecksums('payload', checksumOf(payload), decoded.payloadChecksum, 1)
    expect(parseAbort(payload, 1).info).toEqual(reason.info)
  })

  it('is refused from another attempt, or when it claims to be huge', () => {
    expect(codeOf(() => abortLength({ ...header, kind: 'abort', payloadLength: 10 }, others.attempt, 1))).toBe('COLLECTIVE_DESYNC')
    expect(codeOf(() => abortLength({ ...header, kind: 'abort', payloadLength: 2 ** 32 - 1 }, header.attempt, 1))).toBe('COLLECTIVE_DESYNC')
  })

  it('that makes no sense is itself an error', () => {
    expect(parseAbort(Buffer.from('{"code":"HACKED"}'), 1).info.code).toBe('COLLECTIVE_CORRUPT')
  })
})
