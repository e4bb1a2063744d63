/** Real ranks in real processes train a model, and the number of ranks does not change what is computed. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { loadNewestValid } from '../../electron/checkpoint/store.ts'
import { readLastMetrics, readMetrics } from '../../electron/supervisor/metrics-file.ts'
import { modelDirectory } from '../../electron/supervisor/run-directory.ts'
import { isRunId } from '../../electron/supervisor/run-id.ts'
import type { RunEvent } from '../../shared/domain/run.ts'
import { createBench, isAlive, parametersOf, pidsOf } from '../helpers/training-runs.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const mean = (numbers: number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

describe('a run', () => {
  it('of two ranks lowers the loss and leaves complete metrics, checkpoints and a model', async () => {
    const bench = await createBench(300)
    const rendezvous = await temporaryDirectory()
    vi.stubEnv('TMPDIR', rendezvous)
    onTestFinished(() => void vi.unstubAllEnvs())
    const run = await bench.start(bench.config({ learningRate: 3e-3 }))
    const pids = pidsOf(run)
    const events: RunEvent[] = []
    run.events.subscribe((event) => events.push(event))
    const record = await run.finished

    expect(record).toMatchObject({
      state: 'done',
      error: null,
      attempt: 1,
      trainCount: 240,
      validationCount: 60,
      totalSteps: 30,
      threadsPerRank: 1,
      supervisorPid: null,
    })
    expect(isRunId(run.runId)).toBe(true)
    expect(new Set(pids).size).toBe(2)
    expect(pids.some(isAlive)).toBe(false)

    const { steps, epochs, badLineCount } = await readMetrics(run.runDirectory)
    expect(badLineCount).toBe(0)
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
    expect(steps.every((step) => step.exampleCount === 16 && step.ranks.map(({ rank }) => rank).join() === '0,1')).toBe(true)
    expect(mean(steps.slice(-5).map(({ globalLoss }) => globalLoss))).toBeLessThan(
      0.7 * mean(steps.slice(0, 5).map(({ globalLoss }) => globalLoss)),
    )
    expect(epochs.map(({ epoch, step, validationCount, checkpoint }) => [epoch, step, validationCount, checkpoint])).toEqual([
      [0, 15, 60, 'step-000015'],
      [1, 30, 60, 'step-000030'],
    ])
    expect(await readLastMetrics(run.runDirectory)).toEqual({ step: steps.at(-1), epoch: epochs.at(-1) })

    expect(events[0]?.type).toBe('snapshot')
    expect(events.flatMap((event) => (event.type === 'snapshot' ? event.detail.steps : event.steps))).toEqual(steps)
    expect(events.flatMap((event) => (event.type === 'snapshot' ? event.detail.epochs : event.epochs))).toEqual(epochs)
    expect(events.at(-1)).toMatchObject({
      type: 'delta',
      record: { state: 'done' },
      hasModel: true,
      progress: { activity: 'finished', step: 30 },
    })

    const model = await readModelFolder(modelDirectory(run.runDirectory))
    expect(model.config).toEqual(record.modelConfig)
    expect(model.lab).toMatchObject({
      runId: run.runId,
      checkpoint: 'step-000030',
      step: 30,
      epoch: 1,
      validationAccuracy: epochs[1]?.validationAccuracy,
    })
    expect([...model.tensors.values()].reduce((sum, { data }) => sum + data.length, 0)).toBe(record.parameterCount)
    expect((await loadNewestValid(run.runDirectory)).checkpoint?.state).toMatchObject({ step: 30, epoch: 2, stepInEpoch: 0, worldSize: 2 })

    const stored = await bench.store.get(run.runId)
    expect(stored).toMatchObject({
      record: { state: 'done' },
      hasModel: true,
      ranks: [{ state: 'done' }, { state: 'done' }],
      progress: { step: 30, activity: 'finished' },
    })
    expect(await readdir(rendezvous)).toEqual([])
  })

  it('computes the same parameters on two ranks of 8 and on one of 16', async () => {
    const bench = await createBench(400)
    const change = { dropout: 0, epochs: 1, learningRate: 5e-4 }
    const one = await bench.start(bench.config({ ...change, worldSize: 1, microBatch: 16 }))
    expect(await one.finished).toMatchObject({ state: 'done', totalSteps: 20 })
    const two = await bench.start(bench.config({ ...change, worldSize: 2, microBatch: 8 }))
    expect(await two.finished).toMatchObject({ state: 'done', totalSteps: 20 })
    const ofTwo = await parametersOf(two.runDirectory)
    for (const [name, { data }] of await parametersOf(one.runDirectory)) {
      const other = ofTwo.get(name)!.data
      const largest = data.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
      const difference = data.reduce((max, value, index) => Math.max(max, Math.abs(value - other[index]!)), 0)
      expect.soft(difference, name).toBeLessThanOrEqual(1e-5 * largest)
    }
    const [a, b] = await Promise.all([one, two].map(({ runDirectory }) => readMetrics(runDirectory)))
    expect(b!.epochs[0]?.validationCount).toBe(80)
    expect(b!.epochs[0]?.validationLoss).toBeCloseTo(a!.epochs[0]!.validationLoss, 5)
    expect(b!.epochs[0]?.validationAccuracy).toBe(a!.epochs[0]?.validationAccuracy)
  })

  it('gives the same bits again with as many threads; a deterministic one asks for one thread, whatever the machine has', async () => {
    const bench = await createBench(200)
    const twice = await Promise.all(
      [1, 2].map(async () => {
        const again = await createBench(200)
        const run = await again.start(again.config({ worldSize: 1, epochs: 1, threadsPerRank: 2 }))
        await run.finished
        return parametersOf(run.runDirectory)
      }),
    )
    expect(twice[0]).toEqual(twice[1])
    const run = await bench.start({ ...bench.config({ worldSize: 1, epochs: 1, deterministic: true }), threadsPerRank: undefined })
    expect(await run.finished).toMatchObject({ state: 'done', threadsPerRank: 1 })
  })

  it('that may make 7 steps makes 7, with the learning rate at its end, is evaluated and saved', async () => {
    const bench = await createBench(300)
    const run = await bench.start(bench.config({ maxSteps: 7 }))
    expect(await run.finished).toMatchObject({ state: 'done', totalSteps: 7 })
    const { steps, epochs } = await readMetrics(run.runDirectory)
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(steps.at(-1)!.learningRate).toBeLessThan(0.2 * 1e-3)
    expect(epochs).toMatchObject([{ step: 7, validationCount: 60, checkpoint: 'step-000007' }])
    const over = await bench.start(bench.config({ maxSteps: 20, epochs: 5 }))
    expect(await over.finished).toMatchObject({ state: 'done', totalSteps: 20 })
    expect((await readMetrics(over.runDirectory)).epochs.map(({ step }) => step)).toEqual([15, 20])
  })

  it('of three ranks and two micro-steps deals with a last batch that leaves a rank without rows', async () => {
    const bench = await createBench(60)
    const run = await bench.start(bench.config({ worldSize: 3, microBatch: 4, gradAccumSteps: 2, epochs: 1, validationFraction: 0.15 }))
    expect(await run.finished).toMatchObject({ state: 'done', error: null })
    const { steps, epochs } = await readMetrics(run.runDirectory)
    const { trainCount, validationCount } = run.detail().record
    expect(steps.reduce((sum, step) => sum + step.exampleCount, 0)).toBe(trainCount)
    expect(epochs[0]?.validationCount).toBe(validationCount)
  })

  it('uses the vocabulary of an earlier run on the same data', async () => {
    const bench = await createBench(100)
    const heard: string[][] = []
    const digests: (string | null)[] = []
    for (let round = 0; round < 2; round++) {
      const run = await bench.start(bench.config({ epochs: 1 }))
      const activities: string[] = []
      run.events.subscribe((event) => activities.push(event.type === 'snapshot' ? event.detail.progress.activity : event.progress.activity))
      digests.push((await run.finished).tokenizerDigest)
      heard.push(activities)
    }
    expect(digests[1]).toBe(digests[0])
    expect(heard[1]).not.toContain('training the vocabulary')
  })

  it('goes to a directory of the person’s choice, if it is empty', async () => {
    const bench = await createBench(100)
    const directory = join(await temporaryDirectory(), 'here')
    const config = bench.config({ epochs: 1, worldSize: 1 })
    const run = await bench.start(config, directory)
    expect(run.runDirectory).toBe(directory)
    expect(await run.finished).toMatchObject({ state: 'done' })
    await expect(bench.start(config, directory)).rejects.toMatchObject({ info: { code: 'OUTPUT_NOT_WRITABLE' } })
    await writeFile(join(bench.store.labDirectory, 'file'), '')
    await expect(bench.start(config, join(bench.store.labDirectory, 'file', 'x'))).rejects.toMatchObject({
      info: { code: 'OUTPUT_NOT_WRITABLE' },
    })
    expect(bench.supervisor.active).toBeNull()
  })

  it('refuses a second run at the same time, and a length the model has no positions for', async () => {
    const bench = await createBench(100)
    await expect(bench.start(bench.config({ maxLength: 129 }))).rejects.toMatchObject({ info: { code: 'CONFIG_INVALID' } })
    const run = await bench.start(bench.config({ epochs: 1 }))
    await expect(bench.start(bench.config())).rejects.toMatchObject({ info: { code: 'RUN_ALREADY_ACTIVE' } })
    await run.kill()
    expect(await bench.store.list()).toHaveLength(1)
  })
})
