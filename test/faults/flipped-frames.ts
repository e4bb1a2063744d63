/** One bit of what travels between two ranks flips, anywhere in headers and payloads: it is noticed, and no update is made of it. */
import { decodeHeader, encodeHeader, headerBytes, type FrameHeader } from '../../electron/collectives/frame.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { flipBit } from '../helpers/tampered-wire.ts'
import { type Effort, type Fault, type Figure, none } from './fault.ts'
import { Random } from './random.ts'
import { onWire, reduceOnBoth, streamLength } from './wire.ts'

const typed = new Set(['COLLECTIVE_CORRUPT', 'COLLECTIVE_DESYNC', 'COLLECTIVE_TIMEOUT', 'RANK_FAILED'])

async function measure({ long, seed }: Effort): Promise<Figure[]> {
  const random = new Random(seed)
  const count = long ? 10_000 : 100
  const length = await streamLength()
  const unnoticed: string[] = []
  const untyped: string[] = []
  const applied: string[] = []
  for (let trial = 0; trial < count; trial++) {
    const offset = headerBytes + random.below(length - headerBytes)
    const bit = random.below(8)
    const what = `bit ${bit} of byte ${offset}`
    const results = await onWire(flipBit(offset, bit), reduceOnBoth)
    if (results[1]!.error === null) unnoticed.push(what)
    for (const { error } of results)
      if (error !== null && !(error instanceof LabError && typed.has(error.info.code))) untyped.push(`${what}: ${String(error)}`)
    // A rank that had everything before the other noticed may go on; not with wrong sums.
    for (const { sums, error } of results) if (error === null && !sums.every((sum) => sum === 3)) applied.push(what)
  }
  return [
    none('flips that the receiver did not notice', count, unnoticed),
    none('errors without a type', count, untyped),
    none('updates that would have been made of damaged sums', count, applied),
  ]
}

/** Without the guard: headers are checked, payloads believed. */
function believePayloads({ seed }: Effort): Promise<Figure[]> {
  const random = new Random(seed)
  const count = 200
  const payloadLength = 1024
  const header: FrameHeader = {
    kind: 'allReduce',
    attempt: 1n,
    step: 1,
    sequence: 0,
    bucket: 0,
    round: 0,
    chunk: 0,
    sourceRank: 0,
    worldSize: 2,
    payloadLength,
  }
  const unnoticed: string[] = []
  for (let trial = 0; trial < count; trial++) {
    const frame = Buffer.concat([encodeHeader(header, 0n), Buffer.alloc(payloadLength)])
    const offset = random.below(frame.length)
    frame[offset] = frame[offset]! ^ 1
    try {
      decodeHeader(frame.subarray(0, headerBytes), 0)
      unnoticed.push(`byte ${offset}`)
    } catch {
      // Noticed.
    }
  }
  return Promise.resolve([none('flips that the receiver did not notice', count, unnoticed)])
}

export const flippedFrames: Fault = {
  name: 'flipped-frames',
  title: '10,000 single-bit flips over headers and payloads',
  run: measure,
  withoutGuard: { what: 'payloads without checksum', run: believePayloads },
}
