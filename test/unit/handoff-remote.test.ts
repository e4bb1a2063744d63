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
const gpu = { usable: true, note: 'rank trained on it', through: ['cuda'] }

/** What the training over there leaves. */
async function writeRun({ names = ['Tesla T4', 'Tesla T4'], backend = 'nccl' }: { names?: string[]; backend?: string }): Promise<void> {
  const { record, steps, epochs } = fakeRun()
  const imported = { program: 'train_ddp.py', torch: '2.4.0', backend, worldSize: 2, nodes: 1 }
  const gpus = names.map((name, index) => ({ ...gpu, name, cudaIndex: index, pciAddress: `0000:00:0${4 + index}.0` }))
  await writeFile(join(home, 'out', 'run.json'), JSON.stringify({ ...record, imported, hardware: { ...record.hardware, gpus } }))
  await writeFile(join(home, 'out', 'metrics.jsonl'), [...steps, ...epochs].map((line) => `${JSON.stringify(line)}\n`).join(''))
}

beforeEach(async () => {
  home = await temporaryDirectory()
  bundle = join(home, 'bundle')
  await mkdir(bundle)
  await mkdir(join(home, 'out'))
  await writeFile(join(bundle, 'bundle.json'), '{}')
  await writeFile(join(home, 'user.txt'), 'ada')
  await writeRun({})
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

  it('shows the log while the kernel runs', async () => {
    const lines: string[] = []
    await train(lines)
    expect(lines).toContain('  step 1/20  epoch 1  loss 1.3863  210 samples/s')
  })

  it.each([
    ['no token', 'KAGGLE_NO_TOKEN', 'user.txt', 'None', /no token/],
    ['a token that is refused', 'KAGGLE_NO_TOKEN', 'create-error.txt', '401 - Unauthorized', /refused/],
    ['an upload that Kaggle refuses, though its program ends with 0', 'KAGGLE_FAILED', 'create-error.txt', 'Phone verification', /Phone/],
    ['a data set that cannot be read', 'KAGGLE_FAILED', 'dataset-error', '', /error/],
    ['no quota', 'KAGGLE_FAILED', 'push-error.txt', 'Kernel push error: Maximum weekly GPU quota of 30.00 hours reached.', /quota/],
    [
      'a data set that the kernel does not get',
      'KAGGLE_FAILED',
      'push-error.txt',
      'The following are not valid dataset sources: x\nKernel version 1 successfully pushed.',
      /not valid/,
    ],
    ['a training that breaks', 'KAGGLE_FAILED', 'breaks', '', /ended as "error"/],
    ['another card than two T4s', 'KAGGLE_FAILED', 'out/run.json', null, /Tesla P100-PCIE-16GB/],
    ['a run that went over gloo', 'KAGGLE_FAILED', 'out/metrics.jsonl', null, /over gloo/],
  ])('with %s says so and leaves nothing', async (_, code, file, text, cause) => {
    if (text !== null) await writeFile(join(home, file), text)
    else await writeRun(file === 'out/run.json' ? { names: ['Tesla P100-PCIE-16GB'] } : { backend: 'gloo' })
    await expect(train()).rejects.toMatchObject({ info: { code, cause: expect.stringMatching(cause) as string } })
    expect((await readdir(home)).filter((name) => name.includes('back'))).toEqual([])
  })

  it('one T4 is not two', async () => {
    await writeRun({ names: ['Tesla T4'] })
    await expect(train()).rejects.toMatchObject({ info: { code: 'KAGGLE_FAILED', title: expect.stringContaining('two T4s') as string } })
  })

  it('tells what the kernel said before it ended', async () => {
    await writeFile(join(home, 'breaks'), '')
    await writeFile(join(home, 'kernel.log'), 'GPUs: []\ncannot train: Kaggle gave no GPU\n  do: choose GPU T4 x2, and run again')
    const info = { cause: 'Kaggle gave no GPU.', suggestion: 'Choose GPU T4 x2, and run again.' }
    await expect(train()).rejects.toMatchObject({ info })
  })

  it('is asked again where the connection failed for a moment', async () => {
    await writeFile(join(home, 'kernel.json'), JSON.stringify(['running', 'running', 'complete']))
    const lines: string[] = []
    const waiting = train(lines)
    await vi.waitUntil(() => lines.includes('Kaggle: running'))
    await writeFile(join(home, 'no-network'), '')
    await waiting
    expect(await readdir(home)).toContain('back')
  })

  it('is not asked for anything where the output has no place', async () => {
    await mkdir(join(home, 'back'))
    await writeFile(join(home, 'back', 'mine.txt'), '')
    await expect(train()).rejects.toMatchObject({ info: { code: 'OUTPUT_NOT_WRITABLE' } })
    expect(await readdir(home)).not.toContain('dataset')
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
      runId,
      host: 'ada@gpu.example',
      folder,
      ranks: 2,
      out: join(home, 'back'),
      onLine: (line) => lines.push(line),
      ...change,
    })
  const there = () => join(home, "it's mine; touch hacked", `distrinews-${runId}-2`)
  const script = async (text: string): Promise<void> => {
    await writeFile(join(bundle, 'run_ddp.sh'), `#!/bin/sh\n${text}\n`)
    await chmod(join(bundle, 'run_ddp.sh'), 0o755)
  }
  const trains = (): string => `echo "ranks $1"; echo once >> "${home}/trainings"; mkdir out; cp "${home}"/out/* out/`
  const trainings = async (): Promise<number> => (await readFile(join(home, 'trainings'), 'utf8')).trim().split('\n').length

  it('gets the bundle into a folder of its own, however it is called, and gives back log and output', async () => {
    await script(trains())
    const lines: string[] = []
    await train({}, lines)
    expect(lines).toContain('ranks 2')
    expect((await readdir(join(home, 'back'))).sort()).toEqual(['metrics.jsonl', 'run.json'])
    expect(await readdir(home)).not.toContain('hacked')
    expect((await readdir(there())).sort()).toEqual(['bundle.json', 'out', 'remote.code', 'remote.log', 'remote.pid', 'run_ddp.sh'])
  })

  it('trains on where the connection is lost, and the same command brings the run back without a second training', async () => {
    await script(`echo begun; sleep 3; ${trains()}; echo over`)
    await writeFile(join(home, 'cut.txt'), '1')
    await expect(train()).rejects.toMatchObject({
      info: { code: 'REMOTE_FAILED', suggestion: expect.stringContaining('same command') as string },
    })
    expect(await readdir(home)).not.toContain('back')
    const lines: string[] = []
    await train({}, lines)
    expect(lines).toEqual(expect.arrayContaining(['It is training there already.', 'begun', 'over']))
    expect((await readdir(join(home, 'back'))).sort()).toEqual(['metrics.jsonl', 'run.json'])
    const again: string[] = []
    await train({ out: join(home, 'again') }, again)
    expect(again[0]).toMatch(/trained there already/)
    expect((await readdir(join(home, 'again'))).sort()).toEqual(['metrics.jsonl', 'run.json'])
    expect(await trainings()).toBe(1)
  })

  it('that fails says so, what it wrote before is brought back, and the next time it starts anew', async () => {
    await script(`mkdir out; cp "${home}"/out/* out/; echo "no torch here" >&2; exit 3`)
    await expect(train()).rejects.toMatchObject({
      info: { code: 'REMOTE_FAILED', cause: expect.stringContaining('no torch here') as string },
    })
    expect((await readdir(join(home, 'back'))).sort()).toEqual(['metrics.jsonl', 'run.json'])
    await script(trains())
    await train({ out: join(home, 'again') })
    expect(await trainings()).toBe(1)
  })

  it('trains with the Python that was named', async () => {
    await script(`echo "python is $PYTHON"; ${trains()}`)
    const lines: string[] = []
    await train({ python: "~/my env's/bin/python" }, lines)
    expect(lines).toContain(`python is ${home}/my env's/bin/python`)
  })

  it('that cannot train is told in the words of the bundle', async () => {
    await script(`echo 'cannot train: PyTorch cannot be imported' >&2; echo '  do: install PyTorch' >&2; exit 1`)
    await expect(train()).rejects.toMatchObject({ info: { cause: 'PyTorch cannot be imported.', suggestion: 'Install PyTorch.' } })
  })

  it('that leaves no output leaves nothing here', async () => {
    await script('exit 3')
    await expect(train()).rejects.toMatchObject({ info: { code: 'REMOTE_FAILED' } })
    expect(await readdir(home)).not.toContain('back')
  })

  it.each([
    ['Host key verification failed.', /fingerprint/],
    ['ada@gpu.example: Permission denied (publickey,password).', /ssh-copy-id ada@gpu.example/],
    ['ssh: Could not resolve hostname gpu.example: Name or service not known', /name/],
    ['ssh: connect to host gpu.example port 22: Connection refused', /ssh server/],
    ['@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.', /ssh-keygen -R/],
    ['client_loop: send disconnect: Broken pipe', /same command/],
  ])('says what to do where ssh says %j', async (said, suggestion) => {
    await writeFile(join(home, 'ssh-fails.txt'), `${said}\n`)
    await expect(train()).rejects.toMatchObject({
      info: { code: 'REMOTE_FAILED', suggestion: expect.stringMatching(suggestion) as string },
    })
    expect(await readdir(home)).not.toContain('back')
  })

  it('where nothing can be written is told so', async () => {
    await writeFile(join(home, 'file'), '')
    await expect(train({ folder: '~/file' })).rejects.toMatchObject({ info: { code: 'REMOTE_FAILED' } })
  })

  it('does not train at all where the output has no place', async () => {
    await script(trains())
    await mkdir(join(home, 'back'))
    await writeFile(join(home, 'back', 'mine.txt'), '')
    await expect(train()).rejects.toMatchObject({ info: { code: 'OUTPUT_NOT_WRITABLE' } })
    await expect(trainings()).rejects.toThrow()
  })

  it.each(['-oProxyCommand=touch hacked', 'host; touch hacked', ''])('is refused where its name is %j', async (host) => {
    await expect(train({ host })).rejects.toMatchObject({ info: { code: 'ARGUMENT_INVALID' } })
  })
})
