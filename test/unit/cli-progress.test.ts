/** The course of a run as a person reads it, on a terminal and in a log. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onInterrupt } from '../../electron/cli/interrupts.ts'
import { ProgressPrinter } from '../../electron/cli/progress.ts'
import { bar, duration, plain, table } from '../../electron/cli/terminal.ts'
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'
import type { RunEvent } from '../../shared/domain/run.ts'

const totalSteps = 40

function stepOf(step: number): StepMetrics {
  const rates = { samplesPerSec: 1234, tokensPerSec: 23_456 }
  const rest = { gradNorm: 1, learningRate: 1e-4, exampleCount: 64, elapsedMs: step * 50, ranks: [] }
  return { type: 'step', step, epoch: 0, globalLoss: 1.4 / step, ...rates, ...rest }
}

function delta(
  step: number,
  { epochs = [], activity = 'training, epoch 1 of 1' }: { epochs?: EpochMetrics[]; activity?: string } = {},
): RunEvent {
  const progress = { step, totalSteps, epoch: 0, elapsedMs: step * 50, etaMs: (totalSteps - step) * 50, activity }
  return { type: 'delta', progress, ranks: [], steps: step === 0 ? [] : [stepOf(step)], epochs, hasModel: false }
}

const epoch: EpochMetrics = {
  type: 'epoch',
  epoch: 0,
  step: 40,
  trainLoss: 0.83,
  validationLoss: 0.51,
  validationAccuracy: 0.9,
  validationCount: 100,
  samplesPerSec: 1234,
  tokensPerSec: 23_456,
  trainMs: 2000,
  evaluateMs: 100,
  elapsedMs: 2100,
  checkpoint: 'step-000040',
}

function printed(live: boolean, events: RunEvent[], columns = 200): string {
  let text = ''
  const printer = new ProgressPrinter({ live, columns, write: (part) => (text += part) })
  for (const event of events) printer.show(event)
  printer.end()
  return text
}

const wholeRun = [
  delta(0, { activity: 'starting 2 ranks' }),
  delta(0, { activity: 'reading data' }),
  delta(0, { activity: 'reading data' }),
  ...Array.from({ length: totalSteps }, (_, index) => delta(index + 1)),
  delta(40, { activity: 'evaluating epoch 1' }),
  delta(40, { epochs: [epoch], activity: 'saving checkpoint' }),
]

describe('progress in a log', () => {
  it('has a line for each activity at the start, every twentieth, and each epoch, and no control characters', () => {
    const lines = printed(false, wholeRun).trimEnd().split('\n')
    expect(lines[0]).toBe('starting 2 ranks …')
    expect(lines[1]).toBe('reading data …')
    expect(lines.filter((line) => line.includes('step '))).toHaveLength(20)
    expect(lines).toHaveLength(23)
    expect(lines.join('')).not.toMatch(/\p{Cc}/u)
  })

  it('says step, epoch, loss, throughput and the time left', () => {
    expect(printed(false, wholeRun)).toContain('step 20/40 · training, epoch 1 of 1 · loss 0.070 · 1,234 samples/s · ETA 1 s')
  })

  it('closes an epoch with its losses and the accuracy with its 95 % interval', () => {
    expect(printed(false, wholeRun)).toContain(
      'epoch 1 · train loss 0.8300 · validation loss 0.5100 · accuracy 90.0 % (95 %: 82.6 % to 94.5 %, n = 100) · 1,234 samples/s · 23,456 tokens/s',
    )
  })
})

describe('progress on a terminal', () => {
  it('is one line that is rewritten, with only the epochs left standing', () => {
    const text = printed(true, wholeRun)
    expect(text.split('\n')).toHaveLength(2)
    const screen = text.split('\n').map((line) => line.split('\r\x1b[K').at(-1))
    expect(screen).toEqual([expect.stringMatching(/^epoch 1 · train loss/), ''])
  })

  it('is never longer than the terminal is wide', () => {
    for (const line of printed(true, wholeRun.slice(0, 20), 40).split('\r\x1b[K')) expect(line.length).toBeLessThan(40)
  })
})

describe('text for people', () => {
  it.each([
    [0, '0 s'],
    [59_400, '59 s'],
    [65_000, '1 min 05 s'],
    [3_600_000, '1 h 00 min'],
  ])('%d ms are %s', (ms, text) => expect(duration(ms)).toBe(text))

  it('draws bars within their width', () => {
    expect([bar(-1, 4), bar(0.5, 4), bar(2, 4)]).toEqual(['░░░░', '██░░', '████'])
  })

  it('lets no text from outside command the terminal', () => {
    expect(plain('a\x1b[31mb\nc\u202ed\u009b')).toBe('a [31mb c d ')
  })

  it('aligns tables', () => {
    expect(
      table([
        ['class', 'F1'],
        ['World', '9.5'],
        ['x', '100'],
      ]),
    ).toBe('class   F1\nWorld  9.5\nx      100')
  })
})

describe('Ctrl-C', () => {
  let now = 1000
  beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => now))
  afterEach(() => vi.restoreAllMocks())

  it('is one press however often it arrives within half a second, and the second press counts', () => {
    const first = vi.fn()
    const second = vi.fn()
    const release = onInterrupt(first, second)
    process.emit('SIGINT')
    now += 10
    process.emit('SIGINT')
    process.emit('SIGTERM')
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 0])
    now += 1000
    process.emit('SIGINT')
    now += 10
    process.emit('SIGINT')
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1])
    release()
    expect(process.listenerCount('SIGINT')).toBe(0)
  })
})
