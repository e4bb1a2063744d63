/** What a lab knows of its runs comes from their directories, whatever state those are in. */
import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { appendMetrics, metricsFile, readLastMetrics, readMetrics, truncateMetrics } from '../../electron/supervisor/metrics-file.ts'
import { prepareNewDirectory, writeRecord } from '../../electron/supervisor/run-directory.ts'
import { generateRunId, isRunId } from '../../electron/supervisor/run-id.ts'
import { RunStore } from '../../electron/supervisor/run-store.ts'
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'
import { type RunRecord, runRecordSchema } from '../../shared/domain/run.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

function recordOf(id: string, change: Partial<RunRecord> = {}): RunRecord {
  return runRecordSchema.parse({
    format: 1,
    id,
    createdAt: '2026-11-24T03:15:00.000Z',
    endedAt: null,
    config: {
      name: '',
      model: 'tiny',
      data: { kind: 'starter' },
      worldSize: 2,
      device: 'cpu',
      epochs: 3,
      microBatch: 32,
      gradAccumSteps: 1,
      learningRate: 5e-4,
      weightDecay: 0.01,
      warmupFraction: 0.1,
      maxGradNorm: 1,
      dropout: 0.1,
      maxLength: 128,
      seed: 42,
      validationFraction: 0.1,
      bucketCapBytes: 4_194_304,
      deterministic: false,
    },
    state: 'done',
    supervisorPid: null,
    error: null,
    attempt: 1,
    command: 'npm run train',
    hardware: { cpuModel: 'x', cpuCores: 4, ramBytes: 1, os: 'x', gpus: [], backends: [], versions: {} },
    dataset: null,
    trainCount: null,
    validationCount: null,
    tokenizerDigest: null,
    modelConfig: null,
    parameterCount: null,
    threadsPerRank: 2,
    totalSteps: 10,
    timeToFirstStepMs: null,
    notes: [],
    ...change,
  })
}

const stepOf = (step: number, epoch = 0): StepMetrics => ({
  type: 'step',
  step,
  epoch,
  globalLoss: 1 / step,
  gradNorm: 1,
  learningRate: 1e-4,
  exampleCount: 64,
  samplesPerSec: 100,
  tokensPerSec: 1000,
  elapsedMs: step * 10,
  ranks: [],
})
const epochOf = (epoch: number, step: number): EpochMetrics => ({
  type: 'epoch',
  epoch,
  step,
  trainLoss: 1,
  validationLoss: 1,
  validationAccuracy: 0.5,
  validationCount: 10,
  samplesPerSec: 1,
  tokensPerSec: 1,
  trainMs: 1,
  evaluateMs: 1,
  elapsedMs: step * 10 + 5,
  checkpoint: null,
})

async function storeWith(...records: RunRecord[]): Promise<RunStore> {
  const store = new RunStore(await temporaryDirectory())
  for (const record of records) {
    await mkdir(store.directory(record.id), { recursive: true })
    await writeRecord(store.directory(record.id), record)
  }
  return store
}

const id = '20261124-031500-tiny-ab12'
const deadPid = 2 ** 22 + 1

describe('run ids', () => {
  it('are generated from time and model and recognised again', () => {
    const generated = generateRunId('tiny', new Date('2026-11-24T03:15:00.123Z'))
    expect(generated).toMatch(/^20261124-031500-tiny-[0-9a-f]{4}$/)
    expect(isRunId(generated)).toBe(true)
  })

  it.each(['..', '../x', `../${id}`, `${id}/..`, `${id}/../../x`, '/etc', 'C:\\x', '', '.', `${id}\0`, `${id} `, `${id}\n`])(
    'never lead out of the store: %j',
    async (bad) => {
      const store = await storeWith()
      expect(() => store.directory(bad)).toThrow(expect.objectContaining({ info: expect.objectContaining({ code: 'RUN_NOT_FOUND' }) }))
      await expect(store.get(bad)).rejects.toMatchObject({ info: { code: 'RUN_NOT_FOUND' } })
      await expect(store.remove(bad)).rejects.toMatchObject({ info: { code: 'RUN_NOT_FOUND' } })
    },
  )
})

describe('the run store', () => {
  it('is empty where there is no directory yet', async () => {
    expect(await new RunStore(join(await temporaryDirectory(), 'none')).list()).toEqual([])
  })

  it('lists runs newest first with their last step and epoch, and passes over what is no run', async () => {
    const newer = '20261125-000000-small-0001'
    const store = await storeWith(recordOf(id), recordOf(newer, { createdAt: '2026-11-25T00:00:00.000Z' }))
    await appendMetrics(store.directory(id), [stepOf(1), stepOf(2), epochOf(0, 2), stepOf(3, 1)])
    await mkdir(join(store.runsDirectory, 'something-else'))
    await mkdir(store.directory('20261126-000000-tiny-0002'))
    await mkdir(store.directory('20261126-000000-tiny-0003'))
    await writeFile(join(store.directory('20261126-000000-tiny-0003'), 'run.json'), '{"format":1')
    const list = await store.list()
    expect(list.map(({ record }) => record.id)).toEqual([newer, id])
    expect(list[1]).toMatchObject({ lastStep: 3, lastLoss: 1 / 3, lastEpoch: { epoch: 0, step: 2 }, hasModel: false })
    expect(list[0]).toMatchObject({ lastStep: 0, lastLoss: null, lastEpoch: null })
  })

  it('shows a run whose supervisor is gone as lost, also when its pid has come again as ours', async () => {
    for (const supervisorPid of [deadPid, process.pid]) {
      const store = await storeWith(recordOf(id, { state: 'running', supervisorPid }))
      expect((await store.get(id)).record.state).toBe('lost')
      expect((await store.list())[0]?.record.state).toBe('lost')
    }
  })

  it('shows a run as running while its supervisor lives', async () => {
    const ofAnother = await storeWith(recordOf(id, { state: 'running', supervisorPid: process.ppid }))
    expect((await ofAnother.get(id)).record.state).toBe('running')
    const ours = await storeWith(recordOf(id, { state: 'running', supervisorPid: process.pid }))
    ours.supervised.add(id)
    expect((await ours.get(id)).record.state).toBe('running')
  })

  it('removes a run that is over, and refuses to remove one that goes on', async () => {
    const store = await storeWith(recordOf(id, { state: 'running', supervisorPid: process.ppid }))
    await expect(store.remove(id)).rejects.toMatchObject({ info: { code: 'RUN_ALREADY_ACTIVE' } })
    await writeRecord(store.directory(id), recordOf(id))
    await store.remove(id)
    expect(await readdir(store.runsDirectory)).toEqual([])
    await expect(store.get(id)).rejects.toMatchObject({ info: { code: 'RUN_NOT_FOUND' } })
  })

  it('says RUN_NOT_FOUND of a damaged record', async () => {
    const store = await storeWith(recordOf(id))
    await writeFile(join(store.directory(id), 'run.json'), '{"format":1}')
    await expect(store.get(id)).rejects.toMatchObject({ info: { code: 'RUN_NOT_FOUND', cause: expect.stringContaining('damaged') } })
  })
})

describe('metrics', () => {
  it('come back in order, without the half line that a killed process left', async () => {
    const directory = await temporaryDirectory()
    await appendMetrics(directory, [stepOf(1)])
    await appendMetrics(directory, [stepOf(2), epochOf(0, 2)])
    const whole = { steps: [stepOf(1), stepOf(2)], epochs: [epochOf(0, 2)], badLineCount: 0 }
    expect(await readMetrics(directory)).toEqual(whole)
    const line = JSON.stringify(stepOf(3, 1))
    for (const length of [1, 20, line.length - 1, line.length]) {
      const torn = await temporaryDirectory()
      await appendMetrics(torn, [stepOf(1), stepOf(2), epochOf(0, 2)])
      await appendFile(metricsFile(torn), line.slice(0, length))
      expect(await readMetrics(torn)).toEqual(whole)
      expect(await readLastMetrics(torn)).toEqual({ step: stepOf(2), epoch: epochOf(0, 2) })
    }
  })

  it('are read from the end of a long file, and farther back where the last epoch is', async () => {
    const [ends, goesOn] = [await temporaryDirectory(), await temporaryDirectory()]
    const steps = Array.from({ length: 3_000 }, (_, index) => stepOf(index + 1))
    await appendMetrics(ends, [...steps, epochOf(0, 3_000)])
    expect(await readLastMetrics(ends)).toEqual({ step: stepOf(3_000), epoch: epochOf(0, 3_000) })
    await appendMetrics(goesOn, [stepOf(1), epochOf(0, 1), ...steps.slice(1)])
    expect(await readLastMetrics(goesOn)).toEqual({ step: stepOf(3_000), epoch: epochOf(0, 1) })
    expect((await readMetrics(goesOn)).steps).toHaveLength(3_000)
    expect(await readLastMetrics(await temporaryDirectory())).toEqual({ step: null, epoch: null })
  })

  it('are read past a damaged line, which is counted', async () => {
    const store = await storeWith(recordOf(id))
    await appendMetrics(store.directory(id), [stepOf(1)])
    await appendFile(metricsFile(store.directory(id)), '{"type":"step","step":\n')
    await appendMetrics(store.directory(id), [stepOf(2)])
    const detail = await store.get(id)
    expect(detail.steps.map(({ step }) => step)).toEqual([1, 2])
    expect(detail.record.notes).toEqual(['1 damaged lines of metrics.jsonl are left out.'])
  })

  it('are forgotten after the checkpoint that a resume goes on from', async () => {
    const directory = await temporaryDirectory()
    await appendMetrics(directory, [stepOf(1), stepOf(2), epochOf(0, 2), stepOf(3, 1), stepOf(4, 1), epochOf(1, 4)])
    await appendFile(metricsFile(directory), '{"type"')
    expect(await truncateMetrics(directory, { step: 3, epoch: 1 })).toEqual({
      steps: [stepOf(1), stepOf(2), stepOf(3, 1)],
      epochs: [epochOf(0, 2)],
      badLineCount: 0,
    })
    await appendMetrics(directory, [stepOf(4, 1)])
    expect(await readMetrics(directory)).toMatchObject({ steps: [{ step: 1 }, { step: 2 }, { step: 3 }, { step: 4 }], badLineCount: 0 })
  })

  it('lose the line of an epoch whose checkpoint was saved before its evaluation, and keep it after one saved after it', async () => {
    const directory = await temporaryDirectory()
    await appendMetrics(directory, [stepOf(1), stepOf(2), epochOf(0, 2)])
    expect((await truncateMetrics(directory, { step: 2, epoch: 1 })).epochs).toEqual([epochOf(0, 2)])
    expect(await truncateMetrics(directory, { step: 2, epoch: 0 })).toEqual({ steps: [stepOf(1), stepOf(2)], epochs: [], badLineCount: 0 })
    expect((await truncateMetrics(directory, { step: 0, epoch: 0 })).steps).toEqual([])
    expect(await truncateMetrics(await temporaryDirectory(), { step: 3, epoch: 1 })).toEqual({ steps: [], epochs: [], badLineCount: 0 })
  })

  it('keep a damaged line among those that are kept: it is still told of', async () => {
    const directory = await temporaryDirectory()
    await appendMetrics(directory, [stepOf(1)])
    await appendFile(metricsFile(directory), Buffer.from([0xff, 0xfe, 0x0a]))
    await appendMetrics(directory, [stepOf(2), stepOf(3)])
    expect(await truncateMetrics(directory, { step: 2, epoch: 0 })).toEqual({ steps: [stepOf(1), stepOf(2)], epochs: [], badLineCount: 1 })
  })
})

describe('a directory for a new run', () => {
  it('may be new, with its parents, or empty', async () => {
    const directory = join(await temporaryDirectory(), 'a', 'b')
    await prepareNewDirectory(directory)
    await prepareNewDirectory(directory)
    expect(await readdir(directory)).toEqual([])
  })

  it('may not hold anything, nor be a file', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'thesis.txt'), 'x')
    const unwritable = { info: { code: 'OUTPUT_NOT_WRITABLE' } }
    await expect(prepareNewDirectory(directory)).rejects.toMatchObject(unwritable)
    await expect(prepareNewDirectory(join(directory, 'thesis.txt'))).rejects.toMatchObject(unwritable)
    await expect(prepareNewDirectory(join(directory, 'thesis.txt', 'run'))).rejects.toMatchObject(unwritable)
    expect(await readdir(directory)).toEqual(['thesis.txt'])
  })
})
