/** The ways to other machines, with programs that stand in for kaggle and ssh: real processes, real files, no network. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { importRun } from '../../electron/handoff/import-run.ts'
import { trainOnKaggle } from '../../electron/handoff/kaggle.ts'
import { trainOverSsh } from '../../electron/handoff/ssh.ts'
import { projectRoot } from '../../electron/paths.ts'
import { RunStore } from '../../electron/supervisor/run-store.ts'
import { fakeRun } from '../helpers/fake-run.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

let home: string
let bundle: string
const runId = '20260314-092653-tiny-ab12'
const gpu = { name: 'Tesla T4', usable: true, note: 'rank trained on it', cudaIndex: 0, through: ['cuda'] }

beforeEach(async () => {
  home = await temporaryDirectory()
  bundle = join(home, 'bundle')
  await mkdir(bundle)
  await mkdir(join(home, 'out'))
  await writeFile(join(bundle, 'bundle.json'), '{}')
  await writeFile(join(home, 'user.txt'), 'ada')
  const { record, steps } = fakeRun()
  const imported = { program: 'train_ddp.py', torch: '2.4.0', backend: 'nccl', worldSize: 2, nodes: 1 }
  const hardware = { ...record.hardware, gpus: [gpu, { ...gpu, cudaIndex: 1 }] }
  await writeFile(join(home, 'out', 'run.json'), JSON.stringify({ ...record, imported, hardware }))
  await writeFile(join(home, 'out', 'metrics.jsonl'), steps.map((line) => `${JSON.stringify(line)}\n`).join(''))
  vi.stubEnv('PATH', `${join(projectRoot, 'test', 'fixtures', 'handoff')}${delimiter}${process.env['PATH']}`)
  vi.stubEnv('FAKE_KAGGLE', home)
  vi.stubEnv('FAKE_SSH_HOME', home)
  return () => void vi.unstubAllEnvs()
})

describe('Kaggle', () => {
  const train = (lines: string[] = [], signal?: AbortSignal) =>
    trainOnKaggle({
      bundle,
      runId,
      out: join(home, 'back'),
      onLine: (line) => lines.push(line),
      pollMs: 5,
      ...(signal ? { signal } : {}),
    })

  it('gets the bundle as a private data set and a private kernel on 2×T4 without internet, and gives back a run on two T4s', async () => {
    await mkdir(join(bundle, 'out'))
    const lines: string[] = []
    await train(lines)
    const metadata = JSON.parse(await readFile(join(home, 'kernel', 'kernel-metadata.json'), 'utf8')) as unknown
    expect(metadata).toMatchObject({
      id: `ada/distrinews-${runId}`,
      machine_shape: 'NvidiaTeslaT4',
      is_private: true,
      enable_internet: false,
      dataset_sources: [`ada/distrinews-${runId}`],
    })
    expect((await readdir(join(home, 'dataset'))).sort()).toEqual(['bundle.json', 'dataset-metadata.json'])
    expect(lines.filter((line) => line.startsWith('Kaggle: '))).toEqual(['Kaggle: queued', 'Kaggle: running', 'Kaggle: complete'])
    const record = await importRun(new RunStore(join(home, 'lab')), join(home, 'back'))
    expect(record.hardware.gpus.map(({ name, usable }) => [name, usable])).toEqual([
      ['Tesla T4', true],
      ['Tesla T4', true],
    ])
  })

  it('goes on with a kernel that is there already instead of starting another', async () => {
    await writeFile(join(home, 'kernel.json'), JSON.stringify(['running', 'complete']))
    await train()
    await expect(readFile(join(home, 'kernel', 'kernel-metadata.json'))).rejects.toThrow()
    expect((await readdir(join(home, 'back'))).sort()).toEqual(['metrics.jsonl', 'run.json'])
  })

  it.each([
    ['no token', 'KAGGLE_NO_TOKEN', 'user.txt', 'None'],
    ['no quota', 'KAGGLE_FAILED', 'no-quota', ''],
    ['a training that breaks', 'KAGGLE_FAILED', 'breaks', ''],
  ])('with %s says what to do and leaves nothing', async (_, code, file, text) => {
    await writeFile(join(home, file), text)
    await expect(train()).rejects.toMatchObject({ info: { code } })
    expect(await readdir(home)).not.toContain('back')
  })

  it('starts a kernel again that ended with an error', async () => {
    await writeFile(join(home, 'kernel.json'), JSON.stringify(['error']))
    await train()
    expect(await readdir(home)).toContain('back')
  })

  it('that is not installed is named', async () => {
    vi.stubEnv('PATH', '/nowhere')
    await expect(train()).rejects.toMatchObject({ info: { code: 'TOOL_NOT_FOUND' } })
  })

  it('is no longer waited for when one stops, and the kernel is found again', async () => {
    const stop = new AbortController()
    await writeFile(join(home, 'kernel.json'), JSON.stringify(['running']))
    const waiting = train([], stop.signal)
    setTimeout(() => stop.abort(), 300)
    await expect(waiting).rejects.toThrow()
    await writeFile(join(home, 'kernel.json'), JSON.stringify(['complete']))
    await train()
    expect(await readdir(home)).toContain('back')
  })
})

describe('another machine over ssh', () => {
  const folder = `~/it's mine; touch hacked`
  const train = (change: Partial<Parameters<typeof trainOverSsh>[0]> = {}, lines: string[] = []) =>
    trainOverSsh({
      bundle,
      host: 'ada@gpu.example',
      folder,
      ranks: 2,
      out: join(home, 'back'),
      onLine: (line) => lines.push(line),
      ...change,
    })
  const script = async (text: string): Promise<void> => {
    await writeFile(join(bundle, 'run_ddp.sh'), `#!/bin/sh\n${text}\n`)
    await chmod(join(bundle, 'run_ddp.sh'), 0o755)
  }

  it('gets the bundle into a folder of its own, however it is called, and gives back log and output', async () => {
    await script(`echo "ranks $1"; mkdir out; cp "${home}"/out/* out/`)
    const lines: string[] = []
    await train({}, lines)
    expect(lines).toContain('ranks 2')
    expect((await readdir(join(home, 'back'))).sort()).toEqual(['metrics.jsonl', 'run.json'])
    expect(await readdir(home)).not.toContain('hacked')
    expect((await readdir(join(home, "it's mine; touch hacked", 'bundle'))).sort()).toEqual(['bundle.json', 'out', 'run_ddp.sh'])
  })

  it('that fails says so, and what it wrote before is brought back', async () => {
    await script(`mkdir out; cp "${home}"/out/* out/; echo "no torch here" >&2; exit 3`)
    await expect(train()).rejects.toMatchObject({
      info: { code: 'REMOTE_FAILED', cause: expect.stringContaining('no torch here') as string },
    })
    expect((await readdir(join(home, 'back'))).sort()).toEqual(['metrics.jsonl', 'run.json'])
  })

  it('that leaves no output leaves nothing here', async () => {
    await script('exit 3')
    await expect(train()).rejects.toMatchObject({ info: { code: 'REMOTE_FAILED' } })
    expect(await readdir(home)).not.toContain('back')
  })

  it.each(['-oProxyCommand=touch hacked', 'host; touch hacked', ''])('is refused where its name is %j', async (host) => {
    await expect(train({ host })).rejects.toMatchObject({ info: { code: 'ARGUMENT_INVALID' } })
  })
})
