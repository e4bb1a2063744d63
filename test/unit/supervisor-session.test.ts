/** The small parts of a session: first cause, merging of steps, delivery of events, estimates. */
import { describe, expect, it, vi } from 'vitest'
import { consequence, describeDeath, describeFirstCause, firstCause, type RankFailure } from '../../electron/supervisor/failure.ts'
import { EventHub } from '../../electron/supervisor/event-hub.ts'
import { Pace } from '../../electron/supervisor/pace.ts'
import { RankTable } from '../../electron/supervisor/rank-table.ts'
import { StepMerger, summarizeEpoch } from '../../electron/supervisor/step-merger.ts'
import type { RankMessageOf } from '../../electron/rank/protocol.ts'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { StepMetrics } from '../../shared/domain/metrics.ts'
import type { RunDetail, RunEvent } from '../../shared/domain/run.ts'

const error = (code: LabErrorInfo['code']): LabErrorInfo => ({ code, title: code, cause: 'c.', suggestion: 's' })
const failure = (rank: number, atMs: number, how: RankFailure['how'], code: LabErrorInfo['code']): RankFailure => ({
  rank,
  atMs,
  how,
  error: error(code),
  step: 7,
})

describe('the first cause', () => {
  it('is the death, though the neighbour that lost its connection was heard first', () => {
    const lost = failure(0, 1, 'reported', 'RANK_FAILED')
    const died = failure(1, 2, 'killed', 'RANK_FAILED')
    expect(firstCause([lost, died])).toBe(died)
  })

  it('is the silent rank, not those who waited for it', () => {
    const silent = failure(2, 9, 'silent', 'RANK_SILENT')
    expect(firstCause([failure(0, 1, 'reported', 'COLLECTIVE_TIMEOUT'), failure(1, 2, 'reported', 'COLLECTIVE_TIMEOUT'), silent])).toBe(
      silent,
    )
  })

  it('is the earliest of several own failures', () => {
    const earliest = failure(1, 3, 'reported', 'LOSS_NOT_FINITE')
    expect(firstCause([failure(0, 5, 'reported', 'LOSS_NOT_FINITE'), earliest])).toBe(earliest)
  })

  it('is the rank whose own loss was no number, not one that met it in the sum', () => {
    const met = { ...failure(0, 1, 'reported', 'LOSS_NOT_FINITE'), fromElsewhere: true }
    const own = failure(1, 2, 'reported', 'LOSS_NOT_FINITE')
    expect(firstCause([met, own])).toBe(own)
    expect(firstCause([met])).toBe(met)
  })

  it('is the earliest loss of a peer where nothing else is known', () => {
    const earliest = failure(1, 3, 'reported', 'RANK_FAILED')
    expect(firstCause([failure(0, 5, 'reported', 'RANK_FAILED'), earliest])).toBe(earliest)
  })

  it('is told with rank and step, and marked among the ranks', () => {
    const first = failure(1, 3, 'reported', 'LOSS_NOT_FINITE')
    expect(describeFirstCause(first, 2, null).cause).toBe('c. First seen on rank 1, after step 7.')
    expect(describeDeath({ rank: 1, pid: 5, step: 7, code: null, signal: 'SIGKILL' })).toMatchObject({
      title: 'Rank 1 died after step 7',
      cause: expect.stringContaining('SIGKILL'),
    })
    const table = new RankTable(3, 'CPU')
    table.fail(first, [failure(2, 4, 'killed', 'RANK_FAILED'), first])
    expect(table.statuses.map((status) => [status.first, status.state, status.error?.title])).toEqual([
      [false, 'failed', consequence(0, first).title],
      [true, 'failed', 'LOSS_NOT_FINITE'],
      [false, 'lost', 'RANK_FAILED'],
    ])
  })
})

const report = (rank: number, step: number, stepMs = 100, exampleCount = 32, epoch = 0): RankMessageOf<'step'> => ({
  type: 'step',
  step,
  epoch,
  globalLoss: step,
  gradNorm: 1,
  learningRate: 1e-4,
  rssBytes: 1e6,
  peakRssBytes: 1e6,
  local: {
    rank,
    localLoss: 1,
    exampleCount,
    tokenCount: exampleCount * 10,
    paddedTokenCount: exampleCount * 16,
    stepMs,
    phases: { dataMs: 0, forwardBackwardMs: stepMs, allReduceMs: 0, optimizerMs: 0 },
  },
})

describe('steps', () => {
  it('become one line when the last rank has reported, ordered by rank, over the slowest', () => {
    const merger = new StepMerger(3)
    expect(merger.add(report(2, 1, 100), 10)).toBeNull()
    expect(merger.add(report(2, 2, 100), 11)).toBeNull()
    expect(merger.add(report(0, 1, 200, 16), 12)).toBeNull()
    const step = merger.add(report(1, 1, 50, 0), 13)
    expect(step).toMatchObject({ step: 1, exampleCount: 48, samplesPerSec: 240, tokensPerSec: 2400, elapsedMs: 13 })
    expect(step?.ranks.map(({ rank }) => rank)).toEqual([0, 1, 2])
  })

  it('add up to their epoch, weighted by examples', () => {
    const merger = new StepMerger(1)
    const steps = [report(0, 1, 100, 30), report(0, 2, 100, 10), report(0, 3, 100, 10, 1)].map((message) => merger.add(message, 0)!)
    const evaluation = {
      type: 'epoch',
      epoch: 0,
      step: 2,
      validationLoss: 1,
      validationAccuracy: 0.5,
      validationCount: 4,
      evaluateMs: 9,
      checkpoint: null,
    } as const
    expect(summarizeEpoch(evaluation, steps, 77)).toEqual({
      ...evaluation,
      trainLoss: (1 * 30 + 2 * 10) / 40,
      samplesPerSec: 200,
      tokensPerSec: 2000,
      trainMs: 200,
      elapsedMs: 77,
    })
  })
})

describe('events', () => {
  it('begin with a snapshot, come at most ten times a second, and tell nothing twice', () => {
    vi.useFakeTimers()
    try {
      const steps: StepMetrics[] = []
      const detail = () => ({ record: {}, progress: {}, ranks: [], steps: [...steps], epochs: [], hasModel: false }) as unknown as RunDetail
      const hub = new EventHub(detail)
      const merger = new StepMerger(1)
      const heard = { early: [] as RunEvent[], late: [] as RunEvent[] }
      const addStep = (step: number) => {
        steps.push(merger.add(report(0, step), 0)!)
        hub.step(steps.at(-1)!)
      }
      hub.subscribe((event) => heard.early.push(event))
      for (let step = 1; step <= 100; step++) {
        addStep(step)
        vi.advanceTimersByTime(10)
        if (step === 55) hub.subscribe((event) => heard.late.push(event))
      }
      const unsubscribe = hub.subscribe(() => undefined)
      unsubscribe()
      hub.flush()
      for (const events of Object.values(heard)) {
        expect(events[0]?.type).toBe('snapshot')
        const told = events.flatMap((event) => (event.type === 'snapshot' ? event.detail.steps : event.steps).map(({ step }) => step))
        expect(told).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
        expect(events.length).toBeLessThanOrEqual(13)
      }
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('the estimate', () => {
  it('waits for a few steps and does not count evaluations as steps', () => {
    const pace = new Pace()
    for (let step = 0; step < 5; step++) pace.step(step * 100)
    expect(pace.etaMs(10, 0)).toBeNull()
    pace.step(500)
    expect(pace.etaMs(10, 1)).toBeCloseTo(1000)
    pace.evaluation(3000)
    pace.step(9_000)
    pace.step(9_100)
    expect(pace.etaMs(10, 1)).toBeCloseTo(4000)
  })
})
