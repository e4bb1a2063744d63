import { describe, expect, it } from 'vitest'
import { collectRunReport } from '../../electron/report/index.ts'
import { rankTimings } from '../../electron/report/results.ts'
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'
import { runReportSchema } from '../../shared/domain/report.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { fakeRun } from '../helpers/fake-run.ts'

const now = new Date('2026-03-14T10:00:00.000Z')

/** Step `step` on two ranks; rank 1 is 10 ms slower than rank 0. */
function step(step: number, fastMs: number, globalLoss = 1 / step): StepMetrics {
  const rank = (rank: number, stepMs: number, allReduceShare: number): StepMetrics['ranks'][number] => ({
    rank,
    localLoss: globalLoss,
    exampleCount: 8,
    tokenCount: 80,
    paddedTokenCount: 100,
    stepMs,
    phases: { dataMs: 0, forwardBackwardMs: stepMs / 2, allReduceMs: stepMs * allReduceShare, optimizerMs: stepMs / 10 },
  })
  const slowMs = fastMs + 10
  return {
    type: 'step',
    step,
    epoch: 0,
    globalLoss,
    gradNorm: 1,
    learningRate: 0.001,
    exampleCount: 16,
    samplesPerSec: 16_000 / slowMs,
    tokensPerSec: 160_000 / slowMs,
    elapsedMs: step * 100,
    ranks: [rank(0, fastMs, 0.1), rank(1, slowMs, 0.3)],
  }
}

const epoch = (epoch: number, correct: number, of: number): EpochMetrics => ({
  type: 'epoch',
  epoch,
  step: (epoch + 1) * 10,
  trainLoss: 1,
  validationLoss: 1,
  validationAccuracy: correct / of,
  validationCount: of,
  samplesPerSec: 100,
  tokensPerSec: 1000,
  trainMs: 1000,
  evaluateMs: 100,
  elapsedMs: (epoch + 1) * 1100,
  checkpoint: null,
})

const withMetrics = (steps: StepMetrics[], epochs: EpochMetrics[]): RunDetail => ({ ...fakeRun(), steps, epochs })
const summaryOf = (steps: StepMetrics[], epochs: EpochMetrics[] = []) => collectRunReport(withMetrics(steps, epochs), now).summary

describe('the summary of a run', () => {
  it('times the slowest rank of each step and leaves the first five steps out', () => {
    // Steps 1–5 take 1010 ms; steps 6–10 take 110, 120, 130, 140, 150 ms on the slower rank.
    const steps = [...[1, 2, 3, 4, 5].map((n) => step(n, 1000)), ...[6, 7, 8, 9, 10].map((n) => step(n, 40 + 10 * n))]
    const { stepMs, medianSamplesPerSec, completedSteps, finalTrainLoss } = summaryOf(steps)
    expect(stepMs?.count).toBe(5)
    expect(stepMs?.p50).toBeCloseTo(130, 9)
    expect(stepMs?.p95).toBeCloseTo(148, 9)
    expect(stepMs?.p99).toBeCloseTo(149.6, 9)
    expect(medianSamplesPerSec).toBeCloseTo(16_000 / 130, 9)
    expect(completedSteps).toBe(10)
    expect(finalTrainLoss).toBe(0.1)
  })

  it('takes the median share of each phase over ranks and steps', () => {
    const shares = summaryOf([6, 7, 8].map((n) => step(n, 100))).phaseShares
    expect(shares?.['dataMs']).toBe(0)
    expect(shares?.['forwardBackwardMs']).toBeCloseTo(0.5, 12)
    expect(shares?.['allReduceMs']).toBeCloseTo(0.2, 12)
    expect(shares?.['optimizerMs']).toBeCloseTo(0.1, 12)
  })

  it('never lets the phase shares exceed the whole', () => {
    const entry = step(6, 100)
    for (const rank of entry.ranks) rank.phases = { dataMs: rank.stepMs, forwardBackwardMs: rank.stepMs, allReduceMs: 0, optimizerMs: 0 }
    expect(summaryOf([entry]).phaseShares).toEqual({ dataMs: 0.5, forwardBackwardMs: 0.5, allReduceMs: 0, optimizerMs: 0 })
  })

  it('names the earliest of equally good epochs, with the Wilson interval of its rows', () => {
    const summary = summaryOf([], [epoch(0, 70, 100), epoch(1, 90, 100), epoch(2, 90, 100)])
    expect(summary.bestEpoch).toBe(1)
    expect(summary.bestValidationAccuracy).toBe(0.9)
    // Wilson score interval of 90 of 100 at 95 %: 0.8256 to 0.9448.
    expect(summary.validationAccuracyInterval?.[0]).toBeCloseTo(0.8256, 4)
    expect(summary.validationAccuracyInterval?.[1]).toBeCloseTo(0.9448, 4)
  })

  it('is null, not zero, where nothing was measured', () => {
    expect(summaryOf([])).toEqual({
      completedSteps: 0,
      finalTrainLoss: null,
      bestValidationAccuracy: null,
      bestEpoch: null,
      validationAccuracyInterval: null,
      stepMs: null,
      medianSamplesPerSec: null,
      phaseShares: null,
    })
    expect(summaryOf([1, 2, 3].map((n) => step(n, 100))).stepMs).toBeNull()
  })
})

describe('the facts of a report', () => {
  it('pass their schema unchanged', () => {
    const report = collectRunReport(fakeRun(), now)
    expect(runReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
    expect(report).toMatchObject({ provenance: 'measured', generatedAt: now.toISOString() })
  })
})

describe('caveats', () => {
  const caveatsOf = (detail: RunDetail): string => collectRunReport(detail, now).caveats.join('\n')

  it('say that CPU ranks on one machine teach mechanics, with the core count', () => {
    expect(caveatsOf(fakeRun())).toMatch(/2 ranks .* share the 4 logical CPU cores of one machine\. They teach the mechanics/)
    expect(caveatsOf(fakeRun({ config: { worldSize: 1 } }))).toMatch(
      /one rank .* machine with 4 logical CPU cores\. Its speed says nothing about GPUs/,
    )
  })

  it('do not call the ranks of a device CPU ranks', () => {
    const text = caveatsOf(fakeRun({ config: { device: 'webgpu' } }))
    expect(text).toMatch(/2 ranks .* through WebGPU on one machine; its CPU summed their gradients/)
    expect(text).not.toMatch(/says nothing about GPUs|computing threads/)
  })

  it('say that validation is from the same source and that one run is no benchmark, always', () => {
    for (const state of ['done', 'failed'] as const) {
      expect(caveatsOf(fakeRun({ record: { state } }))).toMatch(/come from the same source/)
      expect(caveatsOf(fakeRun({ record: { state } }))).toMatch(/One run is not a benchmark/)
    }
  })

  it.each(['stopped', 'failed', 'lost', 'running'] as const)('call a run that is %s partial, with how far it came', (state) => {
    expect(caveatsOf(fakeRun({ completedSteps: 95, record: { state } }))).toMatch(/This run is partial: .*95 of 237 steps/)
  })

  it('do not call a finished run partial or resumed', () => {
    expect(caveatsOf(fakeRun())).not.toMatch(/partial|resumed/)
    expect(caveatsOf(fakeRun({ record: { attempt: 2 } }))).toMatch(/resumed from a checkpoint/)
  })

  it('name few timed steps and too many threads', () => {
    expect(caveatsOf(fakeRun({ completedSteps: 20 }))).toMatch(/Only 15 steps were timed/)
    expect(caveatsOf(fakeRun({ completedSteps: 3 }))).toMatch(/No step was timed/)
    expect(caveatsOf(fakeRun({ config: { worldSize: 4 } }))).toMatch(/8 computing threads shared 4 logical CPU cores/)
    expect(caveatsOf(fakeRun())).not.toMatch(/computing threads|were timed/)
  })
})

describe('the timing of a rank', () => {
  it('is the mean of the middle half of its timed steps, phases adding up to the step', () => {
    // Rank 0's timed steps: 10, 20, 30, 1000 ms; without the fastest and the slowest, (20 + 30) / 2.
    const steps = [6, 7, 8, 9].map((n, index) => step(n, [10, 20, 30, 1000][index]!))
    for (const { ranks } of steps)
      for (const rank of ranks)
        rank.phases.dataMs = rank.stepMs - rank.phases.forwardBackwardMs - rank.phases.allReduceMs - rank.phases.optimizerMs
    const [first] = rankTimings(collectRunReport(withMetrics(steps, []), now))
    expect(first?.stepMs).toBeCloseTo(25, 9)
    expect(Object.values(first!.phases).reduce<number>((sum, ms) => sum + ms!, 0)).toBeCloseTo(25, 9)
    expect(first).toMatchObject({ exampleCount: 32, tokenCount: 320, paddedTokenCount: 400 })
  })
})
