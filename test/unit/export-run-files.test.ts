/** Event files and traces, read back by their formats' own rules. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { chromeTraceChunks } from '../../electron/export/chrome-trace.ts'
import { crc32c, tensorboardChunks } from '../../electron/export/tensorboard.ts'
import { fakeRun } from '../helpers/fake-run.ts'

const run = fakeRun({ stepsPerEpoch: 20 })

describe('the event file', () => {
  it('has the checksum of the standard', () => {
    // RFC 3720, B.4.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e)
  })

  it('frames each event with its length and two masked checksums', () => {
    const frames = [...tensorboardChunks(run)].map((chunk) => Buffer.from(chunk))
    expect(frames.length).toBe(1 + run.steps.length + run.epochs.length)
    const unmask = (masked: number): number => {
      const rotated = (masked - 0xa282ead8) >>> 0
      return ((rotated >>> 17) | (rotated << 15)) >>> 0
    }
    for (const frame of frames) {
      const length = Number(frame.readBigUInt64LE(0))
      expect(frame.length).toBe(length + 16)
      expect(unmask(frame.readUInt32LE(8))).toBe(crc32c(frame.subarray(0, 8)))
      expect(unmask(frame.readUInt32LE(12 + length))).toBe(crc32c(frame.subarray(12, 12 + length)))
    }
  })
})

const eventSchema = z.discriminatedUnion('ph', [
  z.object({ ph: z.literal('M'), name: z.string(), pid: z.int(), tid: z.int(), args: z.record(z.string(), z.unknown()) }),
  z.object({ ph: z.literal('X'), name: z.string(), cat: z.string(), pid: z.int(), tid: z.int(), ts: z.int().min(0), dur: z.int().min(0) }),
  z.object({ ph: z.literal('C'), name: z.string(), pid: z.int(), ts: z.int().min(0), args: z.record(z.string(), z.number()) }),
])
const traceSchema = z.object({ displayTimeUnit: z.literal('ms'), traceEvents: z.array(eventSchema) })

it('the trace has every step of every rank with its phases inside, and no two steps of a rank at once', () => {
  const { traceEvents } = traceSchema.parse(JSON.parse(Buffer.concat([...chromeTraceChunks(run)]).toString()))
  const bars = traceEvents.filter((event) => event.ph === 'X')
  for (const rank of [0, 1]) {
    const steps = bars.filter(({ pid, cat }) => pid === rank && cat === 'step')
    expect(steps.length).toBe(run.steps.length)
    for (const [index, step] of steps.entries()) {
      if (index > 0) expect(step.ts).toBeGreaterThanOrEqual(steps[index - 1]!.ts + steps[index - 1]!.dur)
      expect(step.dur).toBeCloseTo(run.steps[index]!.ranks[rank]!.stepMs * 1000, -1)
    }
    for (const phase of bars.filter(({ pid, cat }) => pid === rank && cat === 'phase')) {
      expect(
        steps.some(({ ts, dur }) => ts <= phase.ts && phase.ts + phase.dur <= ts + dur),
        phase.name,
      ).toBe(true)
    }
  }
  expect(bars.filter(({ cat }) => cat === 'evaluation').length).toBe(run.epochs.length)
})
