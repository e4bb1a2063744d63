/** The contract over both transports: the same calls, the same answers, the same typed errors. */
import { stageFile } from '../helpers/stage-file.ts'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import type { RunEvent } from '../../shared/domain/run.ts'
import { labErrorOf, reachLab, transports, type ReachedLab } from '../helpers/contract-clients.ts'

const mapping = { textColumns: ['title'], labelColumn: 'label' }
const words = { World: 'treaty border minister vote', Sports: 'goal match coach final', Business: 'shares profit bank oil' }
/** 72 rows, three classes, small enough to train in a second. */
const csv = [
  'label,title',
  ...Object.entries(words).flatMap(([label, text]) =>
    Array.from({ length: 24 }, (_, row) => `${label},${text.split(' ')[row % 4]} news number ${row} of ${label}`),
  ),
].join('\n')

describe.each(transports)('the lab over %s', (transport) => {
  let reached: ReachedLab
  beforeAll(async () => {
    reached = await reachLab(transport)
  })
  afterAll(() => reached.close())

  it('describes the hardware and claims no GPU', async () => {
    const { hardware, verdicts, twoRanks } = await reached.client.hardware.describe()
    expect(hardware.gpus.every((gpu) => !gpu.usable)).toBe(true)
    expect(hardware.backends.find((backend) => backend.name.startsWith('onnxruntime'))).toMatchObject({ available: true })
    expect(Object.keys(hardware.versions)).toEqual(
      expect.arrayContaining(['node', 'onnxruntime-node', '@tensorflow/tfjs-core', 'distrinews-lab']),
    )
    expect(verdicts.length).toBeGreaterThan(2)
    expect(twoRanks).toMatchObject({ onGpus: false, label: 'Train on 2 GPUs' })
  })

  it('tries what else can compute, and knows it from then on, with a reason for each', async () => {
    const { hardware } = await reached.client.hardware.tried()
    for (const name of ['CPU', 'WebGPU', 'CUDA', 'TensorFlow'])
      expect(hardware.backends.filter((backend) => backend.name.includes(name)).map(({ note }) => note)).toEqual([
        expect.stringMatching(/.{20}/),
      ])
    for (const gpu of hardware.gpus) expect(gpu.usable).toBe(gpu.through.length > 0)
    expect((await reached.client.hardware.describe()).hardware).toEqual(hardware)
  })

  it('lists the starter set', async () => {
    const [starter] = await reached.client.datasets.list()
    expect(starter).toMatchObject({ id: 'starter', license: 'CC0-1.0', labels: ['World', 'Sports', 'Business', 'Sci/Tech'] })
    expect(Math.min(...starter!.classCounts)).toBeGreaterThanOrEqual(600)
  })

  it('knows the presets with their sizes', async () => {
    const presets = await reached.client.models.presets()
    expect(presets.map(({ name }) => name)).toEqual(['tiny', 'small', 'distilbert'])
    expect(presets[2]!.parameterCount).toBe(66_956_548)
  })

  it('has no runs and no models at first', async () => {
    expect(await reached.client.runs.list()).toEqual([])
    expect(await reached.client.models.trained()).toEqual([])
  })

  it('names what is wrong with a configuration', async () => {
    const error = await labErrorOf(reached.client.runs.start({ worldSize: 0 }))
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.cause).toContain('worldSize')
    expect((await labErrorOf(reached.client.runs.start({ worldSize: 64 }))).code).toBe('CONFIG_INVALID')
  })

  it.each(['../../etc', '20260101-000000-tiny-0000', 'no run'])('finds no run %j', async (runId) => {
    for (const call of ['get', 'remove', 'resume', 'stop'] as const) {
      expect((await labErrorOf(reached.client.runs[call]({ runId }))).code).toBe('RUN_NOT_FOUND')
    }
    expect((await labErrorOf(reached.client.runs.watch({ runId }))).code).toBe('RUN_NOT_FOUND')
    expect((await labErrorOf(reached.client.reports.export({ runId, format: 'html' }))).code).toBe('RUN_NOT_FOUND')
  })

  it('finds no model of a run that is not there', async () => {
    expect((await labErrorOf(reached.client.playground.classify({ modelId: '../model', text: 'x' }))).code).toBe('MODEL_NOT_FOUND')
  })

  it('refuses data that cannot be used, and keeps nothing of it', async () => {
    const { client } = reached
    expect((await labErrorOf(stageFile(client, 'empty.csv', ''))).code).toBe('DATA_EMPTY')
    expect((await labErrorOf(stageFile(client, 'garbage.csv', 'a\u0000b,c'))).code).toBe('DATA_UNREADABLE')
    expect((await labErrorOf(client.datasets.import({ stagedId: 'staged-1', mapping, onBadRow: 'skip' }))).code).toBe('DATA_NOT_FOUND')
    const { stagedId } = await stageFile(client, 'one.csv', 'label,title\nWorld,a b c\nWorld,d e f\n')
    expect((await labErrorOf(client.datasets.import({ stagedId, mapping, onBadRow: 'skip' }))).code).toBe('DATA_ONE_CLASS')
    expect(await reached.client.datasets.list()).toHaveLength(1)
  })

  it('imports a CSV whose name tries to leave its folder', async () => {
    const { stagedId, preview } = await stageFile(reached.client, '../../../evil.csv', csv)
    expect(preview).toMatchObject({ mapping, rowCount: 72, badRowCount: 0 })
    const card = await reached.client.datasets.import({ stagedId, mapping, onBadRow: 'refuse' })
    expect(card).toMatchObject({ title: '../../../evil.csv', rowCount: 72, classCounts: [24, 24, 24] })
    expect(card.ref).toEqual({
      kind: 'csv',
      path: join(reached.labDirectory, 'datasets', card.id, 'data.csv'),
      mapping,
      onBadRow: 'refuse',
    })
    expect((await reached.client.datasets.list()).map(({ id }) => id)).toEqual(['starter', card.id])
  })

  it('keeps no more than three staged files', async () => {
    const staged = []
    for (let index = 0; index < 5; index++) staged.push(await stageFile(reached.client, 'news.csv', csv))
    const kept = (await readdir(join(reached.labDirectory, 'datasets'))).filter((name) => name.startsWith('staged-'))
    expect(kept).toHaveLength(3)
    const oldest = reached.client.datasets.import({ stagedId: staged[0]!.stagedId, mapping, onBadRow: 'skip' })
    expect((await labErrorOf(oldest)).code).toBe('DATA_NOT_FOUND')
  })

  it('trains on two ranks, is watched, answers a headline and reports', async () => {
    const { client, labDirectory } = reached
    const data = (await client.datasets.list())[1]!.ref
    const config: Partial<RunConfig> = {
      data,
      worldSize: 2,
      threadsPerRank: 1,
      epochs: 1,
      microBatch: 8,
      validationFraction: 0.25,
      maxLength: 32,
    }
    const { runId } = await client.runs.start(config)
    expect((await labErrorOf(client.runs.start(config))).code).toBe('RUN_ALREADY_ACTIVE')

    const events: RunEvent[] = []
    for await (const event of await client.runs.watch({ runId })) events.push(event)
    expect(events.map(({ type }) => type)).toEqual(['snapshot', ...events.slice(1).map(() => 'delta')])

    const detail = await client.runs.get({ runId })
    expect(detail.record.error).toBeNull()
    expect(detail.record).toMatchObject({
      state: 'done',
      config: { worldSize: 2 },
      command: expect.stringContaining('npm run train -- --ranks 2'),
    })
    const seen = events.flatMap((event) => (event.type === 'snapshot' ? event.detail.steps : event.steps)).map(({ step }) => step)
    expect(seen).toEqual(detail.steps.map(({ step }) => step))
    expect(seen).toEqual(Array.from({ length: detail.record.totalSteps! }, (_, index) => index + 1))

    const again = []
    for await (const event of await client.runs.watch({ runId })) again.push(event.type)
    expect(again).toEqual(['snapshot'])

    const [model] = await client.models.trained()
    expect(model).toMatchObject({ id: runId, labels: ['Business', 'Sports', 'World'] })
    const prediction = await client.playground.classify({ modelId: runId, text: 'coach of the match' })
    expect(prediction.probabilities.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5)
    expect(prediction.checkpoint).toMatchObject({ modelId: runId, checkpoint: model!.checkpoint })

    for (const format of ['html', 'markdown', 'json'] as const) {
      const report = await client.reports.export({ runId, format })
      expect(await readFile(join(labDirectory, 'runs', runId, 'report', report.fileName), 'utf8')).toBe(report.text)
    }
    await client.runs.remove({ runId })
    expect(await client.runs.list()).toEqual([])
  })
})
