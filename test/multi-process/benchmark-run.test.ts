/** A benchmark on real ranks: measured, paused in the middle of a repetition, gone on with, and a repetition that dies stays listed. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readBenchmark, runDirectoryOf } from '../../electron/benchmark/files.ts'
import { planOf } from '../../electron/benchmark/plan.ts'
import { armResults } from '../../shared/benchmark/analysis.ts'
import { keepBenchmark } from '../helpers/small-benchmark.ts'
import { createBench } from '../helpers/training-runs.ts'

async function setUp(repetitions: number) {
  const bench = await createBench(200)
  const asked = {
    name: 'small',
    config: bench.config({ worldSize: 2 }),
    vary: { factor: 'ranks', values: [1, 2] as number[] },
    scaling: 'strong',
    form: 'quick',
  } as const
  const plan = { ...planOf(asked), repetitions, warmupSteps: 2, measuredSteps: 8 }
  for (const { config } of plan.arms) config.maxSteps = 10
  return keepBenchmark(bench, plan)
}

it('of one and two ranks measures every repetition, keeps what it saw on the disk and no weights', async () => {
  const { directory, run } = await setUp(2)
  const done = await run()
  expect(done.endedAt).not.toBeNull()
  expect(await readBenchmark(directory)).toEqual(done)
  expect(done.repetitions.map(({ arm, state, seed }) => `${arm} ${state} ${seed}`)).toEqual([
    'ranks-1 done 42',
    'ranks-2 done 42',
    'ranks-2 done 43',
    'ranks-1 done 43',
  ])
  expect(done.peakFlops).toBeGreaterThan(1e8)
  expect(done.allReduce).toMatchObject({ worldSize: 2 })
  expect(done.allReduce!.samples.length).toBeGreaterThan(4)
  expect(done.allReduce!.fit.betaMsPerByte).toBeGreaterThan(0)
  const [one, two, twoAgain, oneAgain] = done.repetitions.map(({ firstWeightsDigest }) => firstWeightsDigest)
  expect([one, twoAgain]).toEqual([two, oneAgain])
  expect(one).not.toBe(twoAgain)
  expect(new Set(done.repetitions.flatMap((of) => [of.firstWeightsDigest, of.lastWeightsDigest]))).not.toContain(null)
  for (const { measured, conditions } of done.repetitions) {
    expect(measured).toMatchObject({ sampleCount: 8 * 16, provenance: 'measured', validation: { rowCount: 40 } })
    expect(measured!.stepMs).toHaveLength(8)
    expect(measured!.forwardMs).toBeGreaterThan(0)
    expect(measured!.forwardMs).toBeLessThan(measured!.phases.forwardBackwardMs)
    expect(measured!.peakRssBytes!.every((bytes) => bytes >= 1e7)).toBe(true)
    expect(conditions!.calibrationMs![0]).toBeGreaterThan(0)
  }
  expect(armResults(done).map(({ rowsPerStep, done: ended }) => [rowsPerStep, ended.length])).toEqual([
    [16, 2],
    [16, 2],
  ])
  const files = await readdir(runDirectoryOf(directory, done.repetitions[0]!))
  expect(files).toContain('metrics.jsonl')
  expect(files).not.toContain('checkpoints')
  expect(files).not.toContain('model')
})

it('that is paused goes on with the repetition that was given up, and measures nothing twice', async () => {
  const { directory, run } = await setUp(1)
  const pause = new AbortController()
  const paused = await run(({ done, step }) => {
    if (done === 1 && step > 0) pause.abort()
    // A quick machine may have ended before it was asked: then it was not paused.
    else if (done === 1) setTimeout(() => pause.abort(), 50)
  }, pause.signal)
  expect(paused.endedAt).toBeNull()
  expect(paused.repetitions.map(({ state }) => state)).toEqual(['done', 'pending'])
  expect(await readdir(join(directory, 'runs'))).toEqual(['1-ranks-1'])
  const done = await run()
  expect(done.repetitions.map(({ state }) => state)).toEqual(['done', 'done'])
  expect(done.repetitions[0]).toEqual(paused.repetitions[0])
})

it('in which a rank dies lists that repetition as failed, with why, and goes on', async () => {
  const { bench, run } = await setUp(1)
  let killed = false
  const done = await run(({ done: ended }) => {
    const pid = bench.supervisor.active?.detail().ranks[0]?.pid
    if (ended !== 0 || killed || !pid) return
    killed = true
    process.kill(pid, 'SIGKILL')
  })
  expect(done.repetitions.map(({ state, error }) => [state, error?.code ?? null])).toEqual([
    ['failed', 'RANK_FAILED'],
    ['done', null],
  ])
})
