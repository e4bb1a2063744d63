/** Benchmarks on real ranks that train to an accuracy, and whose arms pad differently: paused, gone on with, with a rank that dies. */
import { expect, it } from 'vitest'
import { readBenchmark } from '../../electron/benchmark/files.ts'
import { planOf } from '../../electron/benchmark/plan.ts'
import { armResults } from '../../shared/benchmark/analysis.ts'
import { timesToAccuracy } from '../../shared/benchmark/time-to-accuracy.ts'
import type { Vary } from '../../shared/domain/benchmark.ts'
import type { RunConfigInput } from '../../shared/domain/run-config.ts'
import { keepBenchmark } from '../helpers/small-benchmark.ts'
import { createBench } from '../helpers/training-runs.ts'

async function setUp(vary: Vary, change: Partial<RunConfigInput>, repetitions: number) {
  const bench = await createBench(200)
  const config = bench.config({ worldSize: 2, maxSteps: 50, ...change })
  const plan = {
    ...planOf({ name: 'small', config, vary, scaling: 'strong', form: 'quick' }),
    repetitions,
    warmupSteps: 2,
    measuredSteps: 8,
  }
  for (const { config: of } of plan.arms) of.maxSteps = 12
  return keepBenchmark(bench, plan)
}

it('that trains to an accuracy ends each repetition at the first validation that has it', async () => {
  // Any accuracy is enough; 160 rows by 16 are 10 steps, validated after 4, 7 and 10 of them.
  const { directory, run } = await setUp({ factor: 'ranks', values: [1, 2] }, { targetAccuracy: 0.001, validationsPerEpoch: 3 }, 1)
  const done = await run()
  expect(await readBenchmark(directory)).toEqual(done)
  for (const { measured, state } of done.repetitions) {
    expect(state).toBe('done')
    expect(measured!.targetChecks).toHaveLength(1)
    expect(measured!.targetChecks[0]).toMatchObject({ step: 4, sampleCount: 64, rowCount: 40 })
    // The warm-up is learning too.
    const steps = [...measured!.warmupMs, ...measured!.stepMs]
    expect(steps).toHaveLength(4)
    expect(measured!.targetChecks[0]!.trainMs).toBeCloseTo(steps.reduce((sum, ms) => sum + ms, 0))
    expect(measured!.targetChecks[0]!.validateMs).toBeGreaterThan(0)
  }
  expect(timesToAccuracy(done).map(({ reached }) => reached[0]?.step)).toEqual([4, 4])
})

it('that does not reach it gives up at the limit, is no failure, and is measured whole; a pause and a death change nothing in that', async () => {
  const { bench, run } = await setUp(
    { factor: 'ranks', values: [1, 2] },
    { targetAccuracy: 1, validationsPerEpoch: 3, learningRate: 1e-6 },
    1,
  )
  const pause = new AbortController()
  const paused = await run(({ done, step }) => {
    if (done === 1 && step > 0) pause.abort()
    // A quick machine may have ended before it was asked: then it was not paused.
    else if (done === 1) setTimeout(() => pause.abort(), 50)
  }, pause.signal)
  expect(paused.repetitions.map(({ state }) => state)).toEqual(['done', 'pending'])
  const { measured } = paused.repetitions[0]!
  expect(measured!.stepMs).toHaveLength(8)
  expect(measured!.targetChecks.map(({ step }) => step)).toEqual([4, 7, 10, 12])
  expect(timesToAccuracy(paused)[0]).toMatchObject({ reached: [null], trainMs: { median: null } })
  let killed = false
  const done = await run(() => {
    const pid = bench.supervisor.active?.detail().ranks[0]?.pid
    if (killed || !pid) return
    killed = true
    process.kill(pid, 'SIGKILL')
  })
  expect(done.repetitions[0]).toEqual(paused.repetitions[0])
  expect(done.repetitions[1]).toMatchObject({ state: 'failed', measured: null, error: { code: 'RANK_FAILED' } })
  expect(timesToAccuracy(done)[1]!.reached).toEqual([])
})

it('of padding policies has the same losses and real tokens in every arm, and pays for the padding', async () => {
  const { run } = await setUp({ factor: 'padding', values: ['packed', 'longest', 'maxLength'] }, { dropout: 0 }, 1)
  const done = await run()
  const [packed, longest, whole] = done.repetitions.map(({ measured }) => measured!)
  for (const other of [longest!, whole!]) {
    expect(other.meanLoss).toBeCloseTo(packed!.meanLoss!, 4)
    expect([other.tokenCount, other.sampleCount]).toEqual([packed!.tokenCount, packed!.sampleCount])
  }
  expect(packed!.paddedTokenCount).toBeGreaterThanOrEqual(packed!.tokenCount)
  expect(longest!.paddedTokenCount).toBeGreaterThan(packed!.paddedTokenCount)
  expect(whole!.paddedTokenCount).toBeGreaterThan(longest!.paddedTokenCount)
  // 8 steps of 16 rows, 32 places each.
  expect(whole!.paddedTokenCount).toBe(8 * 16 * 32)
  expect(armResults(done).map(({ rowsPerStep }) => rowsPerStep)).toEqual([16, 16, 16])
})
