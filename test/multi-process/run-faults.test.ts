/** Faults put into the ranks of a run that is going on: it survives those that pass, names each, and stays exact. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { loadNewestValid } from '../../electron/checkpoint/store.ts'
import { readMetrics } from '../../electron/supervisor/metrics-file.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { breakRank, hangsInStep, misreads } from '../helpers/broken-rank.ts'
import { createBench, descendantsOf, isAlive, parametersOf, pidsOf, reached, testHardware, until } from '../helpers/training-runs.ts'

const endless = { epochs: 1000, maxRestarts: 3, checkpointEverySteps: 10 }

describe('a run that loses a rank', () => {
  it('says who died and trains again from its last checkpoint, to the same bits', async () => {
    const bench = await createBench(300)
    // So many that even who hears late of a step kills long before the last.
    const config = bench.config({ epochs: 4, maxRestarts: 3, checkpointEverySteps: 10 })
    const whole = await bench.start(config)
    expect(await whole.finished).toMatchObject({ state: 'done', totalSteps: 60, incidents: [] })

    const run = await bench.start(config)
    const told: RunDetail[] = []
    run.events.subscribe(() => told.push(run.detail()))
    await reached(run, 12 + Math.floor(Math.random() * 25))
    run.injectFault(1, 'kill')
    const record = await run.finished
    expect(record).toMatchObject({ state: 'done', error: null, attempt: 2 })
    const [incident] = record.incidents
    expect(incident).toMatchObject({ rank: 1, attempt: 1, worldSize: 2, error: { code: 'RANK_FAILED' } })
    expect(incident!.error.cause).toMatch(/SIGKILL\. Rank 0 saw it as: Connection to rank 1 was lost during .*, step \d+\.$/)
    expect(incident!.resumedFromStep).toBeGreaterThanOrEqual(10)
    // Meanwhile whoever watched was told who was first, and that it would go on.
    const restarting = told.find(({ record: { state, incidents } }) => state === 'restarting' && incidents.length === 1)
    expect(restarting?.ranks).toMatchObject([
      { state: 'restarting', first: false },
      { state: 'lost', first: true, error: { title: expect.stringMatching(/^Rank 1 died after step \d+$/) } },
    ])

    const losses = async (directory: string) => (await readMetrics(directory)).steps.map(({ step, globalLoss }) => [step, globalLoss])
    expect(await losses(run.runDirectory)).toEqual(await losses(whole.runDirectory))
    expect(await parametersOf(run.runDirectory)).toEqual(await parametersOf(whole.runDirectory))
  })

  it('gives up after as many restarts without progress as it was allowed', async () => {
    const bench = await createBench(300)
    const run = await bench.start(bench.config({ epochs: 1000, maxRestarts: 1 }))
    for (const attempt of [1, 2]) {
      await until(run, ({ record, progress }) => record.attempt === attempt && record.state === 'running' && progress.step > 0)
      run.injectFault(0, 'kill')
    }
    const record = await run.finished
    expect(record).toMatchObject({ state: 'failed', attempt: 2, error: { title: expect.stringMatching(/^Rank 0 died/) } })
    expect(record.incidents).toMatchObject([{ rank: 0, resumedFromStep: 0 }])
  })

  it('does not train again where it is stopped in that moment', async () => {
    const bench = await createBench(300)
    const run = await bench.start(bench.config(endless))
    await reached(run, 3)
    run.injectFault(1, 'kill')
    await until(run, ({ ranks }) => ranks.some(({ error }) => error !== null))
    expect(await run.stop()).toMatchObject({ state: 'failed', attempt: 1, error: { title: expect.stringMatching(/^Rank 1 died/) } })
  })

  it('goes on with the ranks that are left where it is elastic, says so, and still sees every row once', async () => {
    const bench = await createBench(300)
    const run = await bench.start(bench.config({ epochs: 2, worldSize: 3, elastic: true, maxRestarts: 3, checkpointEverySteps: 4 }))
    await reached(run, 6)
    run.injectFault(2, 'kill')
    const record = await run.finished
    expect(record).toMatchObject({ state: 'done', incidents: [{ rank: 2, worldSize: 2 }] })
    expect(record.notes.join()).toContain('The global batch is 16 instead of 24')
    expect(run.detail().ranks).toHaveLength(2)
    const { steps, epochs } = await readMetrics(run.runDirectory)
    const rowsOf = (epoch: number) => steps.filter((step) => step.epoch === epoch).reduce((sum, step) => sum + step.exampleCount, 0)
    expect([rowsOf(0), rowsOf(1)]).toEqual([240, 240])
    expect(epochs.map(({ validationCount }) => validationCount)).toEqual([60, 60])
    expect(steps.at(-1)?.step).toBe(record.totalSteps)
  })
})

describe('a rank that stands still', () => {
  it('is a suspect first, recovers where it goes on in time, and is failed and replaced where it does not', async () => {
    const bench = await createBench(300)
    const run = await bench.start(bench.config(endless))
    await reached(run, 12)
    run.injectFault(1, 'freeze')
    const suspected = await until(run, ({ ranks }) => ranks[1]?.state === 'suspect')
    expect(suspected.ranks[0]?.state).toBe('training')
    run.injectFault(1, 'thaw')
    const { step } = suspected.progress
    expect((await until(run, ({ progress }) => progress.step > step + 5)).record).toMatchObject({ attempt: 1, incidents: [] })

    run.injectFault(1, 'freeze')
    const { record } = await until(run, ({ record: { incidents, state } }) => incidents.length === 1 && state === 'running')
    expect(record.incidents[0]).toMatchObject({ rank: 1, error: { code: 'RANK_SILENT' } })
    await run.stop()
  })

  it('though its heart beats is told from the one that waits for it, by rank, step and collective', async () => {
    await breakRank(1, hangsInStep(31))
    const bench = await createBench(300, testHardware, 1_000)
    const run = await bench.start(bench.config(endless))
    const { ranks } = await until(run, (detail) => detail.ranks.some(({ error }) => error !== null))
    expect(ranks[1]).toMatchObject({ step: 30, state: 'lost', first: true, error: { code: 'RANK_STALLED' } })
    // The next attempt hangs at its own step 31, from the last checkpoint on.
    const { record } = await until(run, (detail) => detail.record.incidents.length === 1)
    expect(record.incidents[0]).toMatchObject({
      rank: 1,
      step: 30,
      resumedFromStep: 30,
      error: {
        code: 'RANK_STALLED',
        title: 'Rank 1 makes no progress after step 30',
        cause: expect.stringMatching(/busy with step 31 for \d seconds, while rank 0 waits for it \(all-reduce\); at most 1 /),
      },
    })
    expect(run.detail().ranks[0]?.error).toMatchObject({ title: 'Rank 0 also stopped' })
    await run.kill()
  })

  it('is nobody’s fault where the whole tree of processes was stopped and goes on', async (ctx) => {
    ctx.skip(process.platform !== 'linux', 'reads the tree of processes from /proc')
    const bench = await createBench(300)
    const supervisor = await bench.supervise(bench.config(endless))
    const tree = [supervisor.pid, ...(await descendantsOf(supervisor.pid))]
    expect(tree.length).toBeGreaterThanOrEqual(3)
    for (const pid of tree) process.kill(pid, 'SIGSTOP')
    await delay(7_000)
    for (const pid of tree) process.kill(pid, 'SIGCONT')
    const before = (await readMetrics(await supervisor.runDirectory())).steps.length
    await expect
      .poll(async () => (await readMetrics(await supervisor.runDirectory())).steps.length, { timeout: 20_000 })
      .toBeGreaterThan(before + 5)
    expect((await bench.store.list())[0]?.record).toMatchObject({ state: 'running', attempt: 1, incidents: [], error: null })
  })
})

describe('a slow rank', () => {
  it('is flagged within twenty steps, and changes no bit of the result', async () => {
    const bench = await createBench(300)
    const config = bench.config({ epochs: 3 })
    const whole = await bench.start(config)
    await whole.finished
    const run = await bench.start(config)
    await reached(run, 10)
    const slowedAt = run.detail().progress.step
    run.injectFault(1, 'slow')
    const flagged = await until(run, ({ ranks }) => (ranks[1]?.slowdown ?? 0) > 2)
    expect(flagged.progress.step - slowedAt).toBeLessThanOrEqual(20)
    expect(flagged.ranks[0]?.slowdown).toBeNull()
    expect(await run.finished).toMatchObject({ state: 'done', incidents: [] })
    expect(await parametersOf(run.runDirectory)).toEqual(await parametersOf(whole.runDirectory))
  })
})

describe('ranks that do not begin with the same', () => {
  it.each([
    ['data', misreads('news.csv', '`${text}World,one more row about a treaty\\n`')],
    ['vocabulary', misreads('tokenizer.json', 'text.replace(\'"the"\', \'"thx"\')')],
    [
      'configuration',
      'process.env.DISTRINEWS_CONFIG = process.env.DISTRINEWS_CONFIG.replace(/"learningRate":[^,]+/, \'"learningRate":0.5\')',
    ],
  ])('%s make no step: the run fails at once, says so, and is not tried again', async (differs, script) => {
    await breakRank(1, script)
    const bench = await createBench(300)
    const run = await bench.start(bench.config(endless))
    const pids = pidsOf(run)
    expect(await run.finished).toMatchObject({
      state: 'failed',
      attempt: 1,
      incidents: [],
      error: { code: 'RANK_MISMATCH', title: expect.stringMatching(new RegExp(`^Rank 1 does not have the same ${differs}`)) },
    })
    expect(run.detail().ranks[0]?.error).toMatchObject({ title: 'Rank 0 also stopped' })
    expect(run.detail().steps).toEqual([])
    expect(pids.some(isAlive)).toBe(false)
  })

  it('place in the checkpoint, when the run is resumed, neither', async () => {
    const bench = await createBench(300)
    const config = bench.config(endless)
    const run = await bench.start(config)
    await reached(run, 12)
    await run.stop()
    const { step } = run.detail().progress
    await breakRank(1, misreads('state.json', 'text.replace(/"step": (\\d+)/, \'"step": 1$1\')'))
    const resumed = await bench.resume(run.runDirectory, config)
    expect(await resumed.finished).toMatchObject({
      state: 'failed',
      attempt: 2,
      error: { code: 'RANK_MISMATCH', title: expect.stringContaining('same checkpoint as rank 0') },
    })
    expect(resumed.detail().progress.step).toBe(step)
  })
})

describe('wrong numbers', () => {
  it('a weight that differs on one rank is found within fifty steps, before the next update and before a save', async () => {
    const bench = await createBench(300)
    const run = await bench.start(bench.config({ epochs: 1000, maxRestarts: 0 }))
    await reached(run, 3)
    const { step } = run.detail().progress
    run.injectFault(1, 'drift')
    const record = await run.finished
    expect(record).toMatchObject({ state: 'failed', error: { code: 'COLLECTIVE_DESYNC' } })
    expect(record.error?.cause).toContain('rank 1')
    // Both ranks found it after the same step, and made no other.
    const { steps } = await readMetrics(run.runDirectory)
    const last = steps.at(-1)!.step
    expect(record.error?.title).toContain(`at step ${last}`)
    expect(run.detail().ranks.map((rank) => rank.step)).toEqual([last, last])
    expect(last - step).toBeLessThanOrEqual(50)
    expect((await loadNewestValid(run.runDirectory)).checkpoint?.state.step ?? 0).toBeLessThan(last)
  })

  it('a loss that is no number ends the run for good, with the facts of the step in a file', async () => {
    const bench = await createBench(300)
    const run = await bench.start(bench.config({ epochs: 1000, maxRestarts: 3 }))
    await reached(run, 3)
    run.injectFault(1, 'poison')
    const record = await run.finished
    expect(record).toMatchObject({ state: 'failed', attempt: 1, incidents: [], error: { code: 'LOSS_NOT_FINITE' } })
    const names = (await readdir(run.runDirectory)).filter((name) => name.startsWith('diverged-')).sort()
    expect(names).toHaveLength(2)
    expect(record.error?.cause).toContain(`Rank 1's own loss was NaN. The step's rows and norms are in ${names[1]}.`)
    const facts: unknown = JSON.parse(await readFile(join(run.runDirectory, names[1]!), 'utf8'))
    expect(facts).toMatchObject({ rank: 1, globalLoss: 'NaN', localLoss: 'NaN', rowsOfMicroBatches: [expect.any(Array)] })
    expect((facts as { rowsOfMicroBatches: number[][] }).rowsOfMicroBatches[0]).toHaveLength(8)
  })
})

describe('a paused run', () => {
  it('has saved, holds no process, lets another run go first, and goes on to the same bits', async () => {
    const bench = await createBench(300)
    const config = bench.config({ epochs: 3 })
    const whole = await bench.start(config)
    await whole.finished
    const run = await bench.start(config)
    await reached(run, 10)
    const pids = pidsOf(run)
    const paused = await run.pause()
    expect(paused).toMatchObject({ state: 'paused', error: null, supervisorPid: null })
    expect(run.detail().ranks.map(({ state }) => state)).toEqual(['paused', 'paused'])
    expect(pids.some(isAlive)).toBe(false)
    const other = await bench.start(bench.config({ epochs: 1, worldSize: 1 }))
    expect(await other.finished).toMatchObject({ state: 'done' })
    const resumed = await bench.resume(run.runDirectory, config)
    expect(await resumed.finished).toMatchObject({ state: 'done', attempt: 2 })
    expect(await parametersOf(run.runDirectory)).toEqual(await parametersOf(whole.runDirectory))
  })
})
