/** A run that was stopped goes on as if it had never been, from the newest checkpoint that is whole. */
import { appendFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadNewestValid } from '../../electron/checkpoint/store.ts'
import { readMetrics } from '../../electron/supervisor/metrics-file.ts'
import { createBench, isAlive, parametersOf, pidsOf, reached } from '../helpers/training-runs.ts'

async function losses(runDirectory: string) {
  const { steps, epochs } = await readMetrics(runDirectory)
  return {
    steps: steps.map(({ step, globalLoss, learningRate }) => [step, globalLoss, learningRate]),
    epochs: epochs.map(({ epoch, validationLoss, trainLoss }) => [epoch, validationLoss, trainLoss]),
  }
}

describe('stop and resume', () => {
  it('a stopped and resumed run equals the uninterrupted one bit for bit', async () => {
    const bench = await createBench(300)
    const config = bench.config({ epochs: 3 })
    const whole = await bench.start(config)
    expect(await whole.finished).toMatchObject({ state: 'done', totalSteps: 45 })

    const run = await bench.start(config)
    // Events come ten times a second; an epoch of this run may be over in that time.
    while (run.detail().progress.step < 20) await new Promise((resolve) => setTimeout(resolve, 1))
    const pids = pidsOf(run)
    const [stopped, again] = await Promise.all([run.stop(), run.stop()])
    expect(stopped).toMatchObject({ state: 'stopped', error: null })
    expect(again).toEqual(stopped)
    expect(pids.some(isAlive)).toBe(false)
    const { checkpoint } = await loadNewestValid(run.runDirectory)
    const { steps } = await readMetrics(run.runDirectory)
    expect(checkpoint?.state.step).toBe(steps.at(-1)?.step)
    expect(checkpoint!.state.stepInEpoch).toBeGreaterThan(0)

    const resumed = await bench.resume(run.runDirectory, config)
    expect(resumed.runId).toBe(run.runId)
    expect(await resumed.finished).toMatchObject({ state: 'done', attempt: 2, notes: [] })
    expect(await losses(run.runDirectory)).toEqual(await losses(whole.runDirectory))
    const expected = await parametersOf(whole.runDirectory)
    for (const [name, { data }] of await parametersOf(run.runDirectory))
      expect(Buffer.compare(Buffer.from(data.slice().buffer), Buffer.from(expected.get(name)!.data.slice().buffer)), name).toBe(0)
    await expect(bench.resume(run.runDirectory, config)).rejects.toMatchObject({ info: { code: 'RUN_NOT_RESUMABLE' } })
  })

  it('passes over a damaged checkpoint, says so, and repeats the steps since the older one', async () => {
    const bench = await createBench(300)
    const config = bench.config({ epochs: 3 })
    const run = await bench.start(config)
    await reached(run, 20)
    await run.stop()
    const newest = (await loadNewestValid(run.runDirectory)).checkpoint!
    await appendFile(join(newest.directory, 'optimizer.safetensors'), 'x')

    const resumed = await bench.resume(run.runDirectory, config)
    const first = resumed.detail()
    expect(first.steps.at(-1)?.step).toBe(15)
    expect(first.record.notes[0]).toMatch(
      new RegExp(
        `^Checkpoint ${newest.name} is damaged \\(optimizer.safetensors: .*\\) and was passed over; it is kept as corrupt-${newest.name}\\.$`,
      ),
    )
    expect(await resumed.finished).toMatchObject({ state: 'done', notes: first.record.notes })
    const { steps } = await losses(run.runDirectory)
    expect(steps.map(([step]) => step)).toEqual(Array.from({ length: 45 }, (_, index) => index + 1))
    expect(await readdir(join(run.runDirectory, 'checkpoints'))).toContain(`corrupt-${newest.name}`)
  })

  it('a run stopped in the middle of an evaluation begins with that evaluation when it is resumed', async () => {
    const bench = await createBench(2_400)
    const config = bench.config({ epochs: 1, microBatch: 2, validationFraction: 0.98 })
    const whole = await bench.start(config)
    expect(await whole.finished).toMatchObject({ state: 'done' })

    const run = await bench.start(config)
    await new Promise<void>((resolve) => run.events.subscribe(() => run.detail().progress.activity.startsWith('evaluating') && resolve()))
    expect(await run.stop()).toMatchObject({ state: 'stopped' })
    expect((await losses(run.runDirectory)).epochs).toEqual([])
    expect((await loadNewestValid(run.runDirectory)).checkpoint?.state).toMatchObject({
      epoch: 0,
      step: 12,
      stepInEpoch: 12,
      validationAccuracy: null,
    })

    const resumed = await bench.resume(run.runDirectory, config)
    expect(await resumed.finished).toMatchObject({ state: 'done' })
    expect(await losses(run.runDirectory)).toEqual(await losses(whole.runDirectory))
  })

  it('a run stopped before its first step ends without a checkpoint and cannot be resumed', async () => {
    const bench = await createBench(100)
    const config = bench.config()
    const run = await bench.start(config)
    expect(await run.stop()).toMatchObject({ state: 'stopped', error: null })
    expect(run.detail()).toMatchObject({ steps: [], hasModel: false })
    await expect(bench.resume(run.runDirectory, config)).rejects.toMatchObject({ info: { code: 'CHECKPOINT_NOT_FOUND' } })
    await expect(bench.resume(join(run.runDirectory, 'none'), config)).rejects.toMatchObject({ info: { code: 'RUN_NOT_FOUND' } })
    expect(bench.supervisor.active).toBeNull()
  })

  it('a resumed run keeps its configuration, and notices that its data has changed', async () => {
    const bench = await createBench(300)
    const config = bench.config()
    const run = await bench.start(config)
    await reached(run, 3)
    await run.stop()
    await expect(bench.resume(run.runDirectory, { ...config, learningRate: 1 })).rejects.toMatchObject({
      info: { code: 'RUN_NOT_RESUMABLE' },
    })
    await appendFile(config.data.kind === 'csv' ? config.data.path : '', 'World,one more row about a treaty\n')
    const resumed = await bench.resume(run.runDirectory, config)
    expect(await resumed.finished).toMatchObject({
      state: 'failed',
      error: { code: 'RUN_NOT_RESUMABLE', cause: expect.stringContaining('The data') },
    })
  })
})
