/** When a rank dies, hangs or cannot work, the run ends within seconds, says who was first and why, and leaves no process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { projectRoot } from '../../electron/paths.ts'
import { metricsFile } from '../../electron/supervisor/metrics-file.ts'
import { bundleForNode } from '../helpers/bundle.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { createBench, isAlive, pidsOf, reached } from '../helpers/training-runs.ts'

/** More epochs than any of these tests lets pass. */
const endless = { epochs: 1000 }

describe('a failing run', () => {
  it('names the rank that was killed as the first cause, and the other as a consequence', async () => {
    const bench = await createBench(100)
    const run = await bench.start(bench.config(endless))
    await reached(run, 3)
    const pids = pidsOf(run)
    process.kill(pids[1]!, 'SIGKILL')
    const record = await run.finished
    expect(record).toMatchObject({
      state: 'failed',
      error: {
        code: 'RANK_FAILED',
        title: expect.stringMatching(/^Rank 1 died after step \d+$/),
        cause: expect.stringContaining('SIGKILL'),
      },
    })
    expect(run.detail().ranks).toMatchObject([
      { rank: 0, state: 'failed', first: false, error: { code: 'RANK_FAILED' } },
      { rank: 1, state: 'lost', first: true, error: { title: record.error?.title } },
    ])
    expect(pids.some(isAlive)).toBe(false)
    const stored = await bench.store.get(run.runId)
    expect(stored.ranks[1]).toMatchObject({ first: true })
    expect(stored.steps.length).toBeGreaterThanOrEqual(3)
  })

  it('notices a rank that stopped without dying', async () => {
    const bench = await createBench(100)
    const run = await bench.start(bench.config(endless))
    await reached(run, 3)
    const pids = pidsOf(run)
    process.kill(pids[0]!, 'SIGSTOP')
    expect(await run.finished).toMatchObject({ state: 'failed', error: { code: 'RANK_SILENT', title: expect.stringContaining('Rank 0') } })
    expect(run.detail().ranks.map(({ first }) => first)).toEqual([true, false])
    expect(pids.some(isAlive)).toBe(false)
  })

  it('ends at once, without a checkpoint, when the person insists', async () => {
    const bench = await createBench(100)
    const run = await bench.start(bench.config(endless))
    await reached(run, 3)
    const pids = pidsOf(run)
    expect(await run.kill()).toMatchObject({ state: 'stopped', notes: [expect.stringContaining('by force')] })
    expect(pids.some(isAlive)).toBe(false)
  })

  it('tells what is wrong with the data as the error of the run', async () => {
    const bench = await createBench(100)
    const data = { kind: 'csv', path: join(bench.store.labDirectory, 'none.csv') } as const
    const run = await bench.start(bench.config({ data }))
    expect(await run.finished).toMatchObject({ state: 'failed', error: { code: 'DATA_NOT_FOUND' } })
  })

  it('tells that a checkpoint could not be written', async () => {
    const bench = await createBench(100)
    const run = await bench.start(bench.config(endless))
    await writeFile(join(run.runDirectory, 'checkpoints'), 'in the way')
    expect(await run.finished).toMatchObject({
      state: 'failed',
      error: { code: 'OUTPUT_NOT_WRITABLE', cause: expect.stringContaining('checkpoints') },
    })
    expect(run.detail().ranks[0]).toMatchObject({ first: true })
  })

  it('is none where the disk is full: the run is paused, and its record is kept all the same', async (ctx) => {
    ctx.skip(!existsSync('/dev/full'), 'only Linux has a device that is always full')
    const bench = await createBench(100)
    const run = await bench.start(bench.config(endless))
    await symlink('/dev/full', metricsFile(run.runDirectory))
    const pids = pidsOf(run)
    const error = {
      code: 'DISK_FULL',
      title: expect.stringMatching(/^The disk is full: it needs \d+ kB for the run's metrics$/),
      cause: expect.stringContaining('but the system refused it'),
    }
    const paused = { state: 'paused', attempt: 1, error, incidents: [{ rank: 0, error, resumedFromStep: null }] }
    expect(await run.finished).toMatchObject(paused)
    expect(run.detail().ranks).toMatchObject([
      { state: 'paused', first: true, error },
      { state: 'paused', first: false },
    ])
    expect(pids.some(isAlive)).toBe(false)
    await rm(metricsFile(run.runDirectory))
    expect((await bench.store.list())[0]?.record).toMatchObject(paused)
    // Nothing was saved yet: it begins anew.
    const resumed = await bench.resume(run.runDirectory, bench.config({ ...endless }))
    await reached(resumed, 3)
    expect((await resumed.stop()).incidents).toMatchObject([{ resumedFromStep: 0, worldSize: 2 }])
  })

  it('ends even when its directory is taken away', async () => {
    const bench = await createBench(100)
    const run = await bench.start(bench.config(endless))
    await reached(run, 3)
    const pids = pidsOf(run)
    await rm(run.runDirectory, { recursive: true, force: true, maxRetries: 5 })
    expect(await run.finished).toMatchObject({ state: 'failed', error: { code: 'OUTPUT_NOT_WRITABLE' } })
    expect(pids.some(isAlive)).toBe(false)
  })

  it('leaves no rank behind when its supervisor is killed, and is shown as lost', async () => {
    const bench = await createBench(100)
    const directory = join(projectRoot, 'test-artifacts', `supervise-${process.pid}`)
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const rendezvous = await temporaryDirectory()
    const script = await bundleForNode('test/helpers/supervise.ts', directory)
    const child = spawn(process.execPath, [script, bench.store.labDirectory, JSON.stringify(bench.config(endless))], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: rendezvous },
    })
    const [printed] = (await once(child.stdout, 'data')) as [Buffer]
    const pids = printed.toString().split('\n')[0]!.split(',').map(Number)
    expect(pids).toHaveLength(2)
    expect(pids.every(isAlive)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    for (let waited = 0; waited < 5_000 && pids.some(isAlive); waited += 100) await delay(100)
    expect(pids.some(isAlive)).toBe(false)
    expect((await bench.store.list())[0]?.record.state).toBe('lost')
    expect(await readdir(rendezvous)).toEqual([])
  })
})
