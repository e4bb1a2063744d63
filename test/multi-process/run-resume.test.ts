/** A run that was stopped goes on as if it had never been, from the newest checkpoint that is whole. */
import { cpSync, existsSync, watch } from 'node:fs'
import { appendFile, cp, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readModelFacts } from '../../electron/checkpoint/model-folder.ts'
import { checkpointsDirectory, loadNewestValid } from '../../electron/checkpoint/store.ts'
import { readMetrics } from '../../electron/supervisor/metrics-file.ts'
import { modelDirectory, readRecord, writeRecord } from '../../electron/supervisor/run-directory.ts'
import { createBench, isAlive, parametersOf, pidsOf, reached } from '../helpers/training-runs.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

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
    await reached(run, 20)
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
    const done = await resumed.finished
    expect(done).toMatchObject({ state: 'done', attempt: 2, notes: [] })
    // When it went on, and what its clock said: steps made since then have their place on the clock on the wall.
    expect(done.resumes).toEqual([{ at: expect.any(String) as string, elapsedMs: steps.at(-1)!.elapsedMs }])
    expect(Date.parse(done.resumes[0]!.at)).toBeGreaterThanOrEqual(Date.parse(stopped.endedAt!))
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

  it('a run that was killed between its last checkpoint and the model of it makes up for the model', async () => {
    const bench = await createBench(300)
    const config = bench.config({ epochs: 1 })
    const run = await bench.start(config)
    expect(await run.finished).toMatchObject({ state: 'done' })
    const expected = await parametersOf(run.runDirectory)
    await rm(modelDirectory(run.runDirectory), { recursive: true })
    await writeRecord(run.runDirectory, { ...(await readRecord(run.runDirectory)), state: 'lost' })
    const resumed = await bench.resume(run.runDirectory, config)
    expect(await resumed.finished).toMatchObject({ state: 'done' })
    expect(resumed.detail().hasModel).toBe(true)
    expect(await parametersOf(run.runDirectory)).toEqual(expected)
    expect(await readModelFacts(modelDirectory(run.runDirectory))).toMatchObject({ lab: { step: 15, epoch: 0, checkpoint: 'step-000015' } })
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
    const unevaluated = join(await temporaryDirectory(), 'checkpoints')
    await cp(checkpointsDirectory(run.runDirectory), unevaluated, { recursive: true })

    const resumed = await bench.resume(run.runDirectory, config)
    expect(await resumed.finished).toMatchObject({ state: 'done' })
    expect(await losses(run.runDirectory)).toEqual(await losses(whole.runDirectory))

    // As if killed between the line of the epoch and its checkpoint: the line is made anew, not twice.
    await rm(checkpointsDirectory(run.runDirectory), { recursive: true })
    await cp(unevaluated, checkpointsDirectory(run.runDirectory), { recursive: true })
    await writeRecord(run.runDirectory, { ...(await readRecord(run.runDirectory)), state: 'lost' })
    const again = await bench.resume(run.runDirectory, config)
    expect(await again.finished).toMatchObject({ state: 'done' })
    expect(await losses(run.runDirectory)).toEqual(await losses(whole.runDirectory))
  })

  it('resumed from whatever step, in the middle of an epoch or between two, it gives the same parameters', async () => {
    const bench = await createBench(120)
    const config = bench.config({ epochs: 3, microBatch: 8, gradAccumSteps: 2, checkpointEverySteps: 1, schedule: 'cosine' })
    const kept = await temporaryDirectory()
    const run = await bench.start(config)
    // The lab keeps the last three checkpoints and the best; this test wants them all.
    await mkdir(checkpointsDirectory(run.runDirectory), { recursive: true })
    const watcher = watch(checkpointsDirectory(run.runDirectory), (_, name) => {
      const source = join(checkpointsDirectory(run.runDirectory), name ?? '')
      if (!name?.startsWith('step-') || !existsSync(join(source, 'manifest.json'))) return
      cpSync(source, join(kept, name), { recursive: true, force: true })
    })
    onTestFinished(() => watcher.close())
    expect(await run.finished).toMatchObject({ state: 'done', totalSteps: 9 })
    const again = await bench.start(config)
    expect(await again.finished).toMatchObject({ state: 'done' })
    const expected = await parametersOf(run.runDirectory)
    expect(await parametersOf(again.runDirectory), 'two uninterrupted runs').toEqual(expected)

    const whole = await losses(run.runDirectory)
    // In an epoch, between two, and in the last one; `npm run faults -- --only resumed-steps` takes each.
    for (const step of [2, 3, 8]) {
      const name = `step-00000${step}`
      const directory = join(bench.store.runsDirectory, `resumed-from-${step}`)
      await cp(run.runDirectory, directory, { recursive: true })
      await rm(checkpointsDirectory(directory), { recursive: true })
      await cp(join(kept, name), join(checkpointsDirectory(directory), name), { recursive: true })
      await writeRecord(directory, { ...(await readRecord(directory)), state: 'stopped' })
      const resumed = await bench.resume(directory, config)
      expect(resumed.detail().steps.at(-1)?.step).toBe(step)
      expect(await resumed.finished, name).toMatchObject({ state: 'done', notes: [] })
      expect(await parametersOf(directory), name).toEqual(expected)
      expect(await losses(directory), name).toEqual(whole)
    }
  })

  it('ends early where validation gets no better, and remembers how long it has waited over a resume', async () => {
    const bench = await createBench(120)
    // A learning rate at which nothing is learned: the first epoch stays the best.
    const config = bench.config({ epochs: 50, learningRate: 1e-12, earlyStopPatience: 4 })
    const whole = await bench.start(config)
    const record = await whole.finished
    expect(record).toMatchObject({ state: 'done', notes: [expect.stringMatching(/^Stopped early, after epoch 5: validation accuracy/)] })
    const run = await bench.start(config)
    await reached(run, 3 * 6 + 1)
    await run.stop()
    const { epochs } = run.detail()
    if (epochs.length < 5) {
      const resumed = await bench.resume(run.runDirectory, config)
      expect((await resumed.finished).notes).toEqual(record.notes)
    }
    expect((await readMetrics(run.runDirectory)).epochs).toHaveLength(5)
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
