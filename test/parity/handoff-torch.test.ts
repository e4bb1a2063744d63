/**
 * The bundle for torchrun does what it says, with the real PyTorch: two processes over gloo train it unchanged, the lab
 * imports what they wrote, and in the lab's order the losses are those of the lab's own ranks. Needs torch, else skipped.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { fileDigest } from '../../electron/checkpoint/file-digest.ts'
import { hasModel } from '../../electron/checkpoint/model-folder.ts'
import { writeTorchBundle } from '../../electron/handoff/bundle.ts'
import { importRun } from '../../electron/handoff/import-run.ts'
import { loadModel } from '../../electron/inference/load.ts'
import { readMetrics } from '../../electron/supervisor/metrics-file.ts'
import { modelDirectory, readRecord } from '../../electron/supervisor/run-directory.ts'
import type { RunConfigInput } from '../../shared/domain/run-config.ts'
import { relativeDistance } from '../helpers/small-models.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { type Bench, createBench, parametersOf } from '../helpers/training-runs.ts'
import { writeTransformersFolder } from '../helpers/transformers-folders.ts'

const python = process.env['PYTHON'] ?? '/usr/bin/python3'
const hasTorch = spawnSync(python, ['-c', 'import torch.distributed']).status === 0

const torchEnvironment = { ...process.env, PYTHON: python, GLOO_SOCKET_IFNAME: 'lo' }

const torchrun = (bundle: string, ...args: string[]): string => run(bundle, ['2', ...args])

function run(bundle: string, args: string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(join(bundle, 'run_ddp.sh'), args, { env: { ...torchEnvironment, ...env }, encoding: 'utf8' })
  if (status !== 0) throw new Error(`run_ddp.sh ended with ${status}\n${stdout}\n${stderr}`)
  return stdout
}

/** A bench, a configuration without dropout, and the bundle of it. */
async function bundled(
  change: RunConfigInput = {},
  modelDirectory: string | null = null,
): Promise<{ bench: Bench; config: ReturnType<Bench['config']>; bundle: string }> {
  const bench = await createBench(400)
  const config = bench.config({ dropout: 0, epochs: 1, schedule: 'cosine', ...change })
  const bundle = join(bench.store.labDirectory, 'bundle')
  await writeTorchBundle({ config, modelDirectory, directory: bundle, cacheDirectory: bench.store.cacheDirectory, command: 'test' })
  return { bench, config, bundle }
}

describe.skipIf(!hasTorch)('a bundle under torchrun (needs torch)', () => {
  it('gives the losses of our own two ranks over 20 steps, and other ones in another order', async () => {
    const { bench, config, bundle } = await bundled()
    const run = await bench.start(config)
    expect(await run.finished).toMatchObject({ state: 'done', totalSteps: 20 })
    const ours = (await readMetrics(run.runDirectory)).steps
    torchrun(bundle, '--order', 'lab')
    const theirs = (await readMetrics(join(bundle, 'out'))).steps
    const differences = ours.map(({ globalLoss }, index) => Math.abs(globalLoss - theirs[index]!.globalLoss) / globalLoss)
    expect(theirs).toHaveLength(20)
    expect(Math.max(...differences)).toBeLessThan(1e-5)
    expect(theirs.map(({ learningRate }) => learningRate.toPrecision(12))).toEqual(
      ours.map(({ learningRate }) => learningRate.toPrecision(12)),
    )

    await rm(join(bundle, 'out'), { recursive: true })
    torchrun(bundle, '--order', 'torch')
    const shuffled = (await readMetrics(join(bundle, 'out'))).steps
    expect(Math.max(...ours.map(({ globalLoss }, index) => Math.abs(globalLoss - shuffled[index]!.globalLoss)))).toBeGreaterThan(1e-3)
  })

  it.each<[string, RunConfigInput]>([
    ['all of it', {}],
    ['its lowest layer frozen, the others at falling rates', { freeze: '1', layerwiseLrDecay: 0.7 }],
    ['its head alone', { freeze: 'encoder' }],
  ])('fine-tunes BERT as our own ranks do: %s', async (_, change) => {
    const path = join(await temporaryDirectory(), 'pretrained')
    await writeTransformersFolder(path, { architecture: 'bert' })
    const fine: RunConfigInput = { initFrom: { kind: 'folder', path }, learningRate: 1e-3, maxLength: 32, maxSteps: 12, ...change }
    const { bench, config, bundle } = await bundled(fine, path)
    const run = await bench.start(config)
    expect(await run.finished).toMatchObject({ state: 'done', totalSteps: 12 })
    const ours = (await readMetrics(run.runDirectory)).steps
    torchrun(bundle, '--order', 'lab')
    const theirs = (await readMetrics(join(bundle, 'out'))).steps
    expect(theirs).toHaveLength(12)
    for (const [step, { globalLoss, gradNorm }] of ours.entries()) {
      expect(Math.abs(globalLoss - theirs[step]!.globalLoss) / globalLoss).toBeLessThan(1e-4)
      expect(Math.abs(gradNorm - theirs[step]!.gradNorm) / gradNorm).toBeLessThan(1e-3)
    }
    const record = await importRun(bench.store, join(bundle, 'out'))
    const [mine, imported] = [await parametersOf(run.runDirectory), await parametersOf(bench.store.directory(record.id))]
    for (const [name, { data }] of mine) expect(relativeDistance(imported.get(name)!.data, data), name).toBeLessThan(1e-3)
  })

  it('ends where patience is over', async () => {
    // So small a rate that nothing changes; equal is not better.
    const { bundle } = await bundled({ epochs: 6, earlyStopPatience: 2, learningRate: 1e-9 })
    torchrun(bundle)
    expect((await readMetrics(join(bundle, 'out'))).epochs).toHaveLength(3)
  })

  it('becomes an imported run of the lab, with its facts, its metrics and a model that answers', async () => {
    const { bench, bundle } = await bundled()
    torchrun(bundle)
    const record = await importRun(bench.store, join(bundle, 'out'))
    expect(record).toMatchObject({
      state: 'done',
      imported: { backend: 'gloo', worldSize: 2, nodes: 1 },
      trainCount: 320,
      validationCount: 80,
    })
    const detail = await bench.store.get(record.id)
    expect(detail.ranks.map(({ rank, device, state }) => [rank, device, state])).toEqual([
      [0, expect.stringMatching(/^CPU, \d threads?$/), 'done'],
      [1, expect.stringMatching(/^CPU, \d threads?$/), 'done'],
    ])
    expect(detail.steps).toHaveLength(20)
    expect(detail.epochs).toMatchObject([{ validationCount: 80 }])
    expect(detail.steps.every(({ ranks }) => ranks.length === 2)).toBe(true)
    const model = await loadModel(modelDirectory(bench.store.directory(record.id)), { threads: 1 })
    const rows = (await readFile(join(bundle, 'data', 'validation.jsonl'), 'utf8')).trim().split('\n')
    const examples = rows.map((line) => JSON.parse(line) as { text: string; label: number })
    const { accuracy, meanLoss } = await model.evaluate(examples, 0)
    model.dispose()
    expect(accuracy).toBeCloseTo(detail.epochs[0]!.validationAccuracy, 6)
    expect(meanLoss).toBeCloseTo(detail.epochs[0]!.validationLoss, 4)
  })

  it('tells forward from backward pass, and which machine and files a run was made of', async () => {
    const { bundle } = await bundled()
    torchrun(bundle, '--max-steps', '3')
    const { steps } = await readMetrics(join(bundle, 'out'))
    for (const { stepMs, forwardMs, phases } of steps.flatMap(({ ranks }) => ranks)) {
      const { dataMs, forwardBackwardMs, allReduceMs, optimizerMs } = phases
      expect(forwardMs).toBeGreaterThan(0)
      expect(forwardMs).toBeLessThan(forwardBackwardMs)
      expect(allReduceMs).toBeGreaterThan(0)
      const inPhases = dataMs + forwardBackwardMs + allReduceMs + optimizerMs
      expect(inPhases).toBeLessThanOrEqual(stepMs * 1.001)
      expect(inPhases).toBeGreaterThan(0.5 * stepMs)
    }
    const { imported, hardware, config } = await readRecord(join(bundle, 'out'))
    expect(Object.keys(hardware.versions).sort()).toEqual(['PyTorch', 'Python'])
    expect(config).toMatchObject({ maxRestarts: 0, padding: 'longest', worldSize: 2 })
    expect(imported!.digests).toEqual({
      initialWeights: await fileDigest(join(bundle, 'model', 'model.safetensors')),
      trainingRows: await fileDigest(join(bundle, 'data', 'train.jsonl')),
      validationRows: await fileDigest(join(bundle, 'data', 'validation.jsonl')),
      tokenizer: await fileDigest(join(bundle, 'model', 'tokenizer.json')),
      trainedWeights: await fileDigest(join(bundle, 'out', 'model', 'model.safetensors')),
    })
  })

  it('calls waiting for a slower rank exposed communication, and not its own work', async () => {
    const { bundle } = await bundled()
    await writeFile(join(bundle, 'slow_rank.py'), slowRank)
    const script = [
      '-m',
      'torch.distributed.run',
      '--standalone',
      '--nproc_per_node',
      '2',
      '--log_dir',
      'logs',
      '--redirects',
      '1',
      '--tee',
      '1',
    ]
    const { stdout } = spawnSync(python, [...script, 'slow_rank.py'], { cwd: bundle, env: torchEnvironment, encoding: 'utf8' })
    const byRank = stdout.match(/\{.*\}/g)!.map((line) => JSON.parse(line) as Record<string, number>)
    const [fast, slow] = [0, 1].map((rank) => byRank.find((measured) => measured['rank'] === rank)!)
    expect(fast!['all_reduce_ms']).toBeGreaterThan(350)
    expect(fast!['backward_ms']).toBeLessThan(fast!['all_reduce_ms']!)
    expect(slow!['backward_ms']).toBeGreaterThan(350)
    expect(slow!['all_reduce_ms']).toBeLessThan(slow!['backward_ms']!)
  })

  it('needs no NumPy', async () => {
    const { bundle } = await bundled()
    const hidden = join(bundle, 'hidden', 'numpy')
    await mkdir(hidden, { recursive: true })
    await writeFile(join(hidden, '__init__.py'), "raise ModuleNotFoundError(\"No module named 'numpy'\", name='numpy')\n")
    run(bundle, ['1', '--max-steps', '2'], { PYTHONPATH: join(bundle, 'hidden') })
    expect((await readRecord(join(bundle, 'out'))).state).toBe('done')
  })

  it('that meets a loss that is no number ends on every rank, says so in run.json and saves no model', async () => {
    const { bundle } = await bundled()
    const weights = join(bundle, 'model', 'model.safetensors')
    const bytes = await readFile(weights)
    bytes.writeFloatLE(NaN, bytes.byteLength - 4)
    await writeFile(weights, bytes)
    const manifest = join(bundle, 'bundle.json')
    const content = JSON.parse(await readFile(manifest, 'utf8')) as { files: Record<string, string> }
    content.files['model/model.safetensors'] = await fileDigest(weights)
    await writeFile(manifest, JSON.stringify(content))
    expect(() => torchrun(bundle)).toThrow(/LossNotFinite/)
    expect(await readRecord(join(bundle, 'out'))).toMatchObject({ state: 'failed', error: { code: 'LOSS_NOT_FINITE' } })
    expect(await readdir(join(bundle, 'out', 'model'))).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')('that loses a rank ends, and what it has can be imported', async () => {
    const { bench, bundle } = await bundled({ epochs: 50 })
    const child = spawn(join(bundle, 'run_ddp.sh'), ['2'], { env: torchEnvironment, stdio: 'ignore' })
    const ended = once(child, 'exit')
    await vi.waitFor(async () => expect((await readMetrics(join(bundle, 'out'))).epochs.length).toBeGreaterThan(1), { timeout: 60_000 })
    process.kill(await rankProcess(bundle, 1), 'SIGKILL')
    expect(await ended).not.toEqual([0, null])
    const record = await importRun(bench.store, join(bundle, 'out'))
    expect(['failed', 'stopped']).toContain(record.state)
    expect(await hasModel(modelDirectory(bench.store.directory(record.id)))).toBe(true)
    expect(() => torchrun(bundle)).toThrow(/is not empty/)
  })

  it('refuses a second run into the same folder', async () => {
    const { bundle } = await bundled()
    torchrun(bundle, '--max-steps', '2')
    expect(() => torchrun(bundle, '--max-steps', '2')).toThrow(/is not empty/)
  })
})

describe.skipIf(!hasTorch)('what a bundle says before it trains (needs torch)', () => {
  const fakePackage = async (folder: string, files: Record<string, string>): Promise<NodeJS.ProcessEnv> => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    return { PYTHONPATH: folder }
  }

  it('is two lines, whatever is missing, and nothing is written', async () => {
    const { bundle } = await bundled()
    const said = (args: string[], env: NodeJS.ProcessEnv = {}): string => {
      const { status, stderr } = spawnSync(join(bundle, 'run_ddp.sh'), args, { env: { ...torchEnvironment, ...env }, encoding: 'utf8' })
      expect(status).not.toBe(0)
      expect(stderr).toMatch(/^cannot train: .+\n {2}do: .+\n$/)
      return stderr
    }
    const home = await temporaryDirectory()
    expect(said(['2'], { PYTHON: '/nowhere/python3' })).toMatch(/there is no/)
    const none = await fakePackage(join(home, 'none'), { 'torch/__init__.py': 'raise ModuleNotFoundError("No module named torch")' })
    expect(said(['2'], none)).toMatch(/cannot be imported/)
    const old = await fakePackage(join(home, 'old'), { 'torch/__init__.py': '__version__ = "1.12.1"', 'torch/distributed.py': '' })
    expect(said(['2'], old)).toMatch(/1\.12\.1/)
    expect(said(['0'])).toMatch(/0 ranks/)
    // The driver lists two cards, and this PyTorch, without CUDA, would train on the CPU without a word.
    await writeFile(join(home, 'nvidia-smi'), '#!/bin/sh\necho "GPU 0: Tesla T4 (UUID: GPU-a)"\necho "GPU 1: Tesla T4 (UUID: GPU-b)"\n')
    await chmod(join(home, 'nvidia-smi'), 0o755)
    expect(said([], { PATH: `${home}:${process.env['PATH']}` })).toMatch(/2 NVIDIA GPUs/)
    const rows = await readFile(join(bundle, 'data', 'train.jsonl'))
    await writeFile(join(bundle, 'data', 'train.jsonl'), rows.subarray(0, 1000))
    expect(said(['2'])).toMatch(/train\.jsonl is not the file/)
    await rm(join(bundle, 'data'), { recursive: true })
    expect(said(['2'])).toMatch(/not whole/)
    expect(await readdir(bundle)).not.toContain('out')
  })
})

/** Rank 1 is half a second late with its gradients. */
const slowRank = `
import json, time
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from step_clock import StepClock, timed_all_reduce

dist.init_process_group("gloo")
ddp = DistributedDataParallel(torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.Linear(64, 4)))
clock = StepClock(torch.device("cpu"))
ddp.register_comm_hook(clock, timed_all_reduce)
for _ in range(2):
    clock.start()
    loss = ddp(torch.ones(8, 64)).sum()
    clock.lap("forward_ms")
    time.sleep(0.5 * dist.get_rank())
    loss.backward()
    clock.lap_backward()
    measured = clock.stop()
print(json.dumps(dict(measured, rank=dist.get_rank())), flush=True)
`

/** The process of `rank` that trains the bundle. */
async function rankProcess(bundle: string, rank: number): Promise<number> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const [cwd, environment, command] = await Promise.all([
      readlink(join('/proc', name, 'cwd')).catch(() => ''),
      readFile(join('/proc', name, 'environ'), 'utf8').catch(() => ''),
      readFile(join('/proc', name, 'cmdline'), 'utf8').catch(() => ''),
    ])
    const isRank = environment.split('\0').includes(`RANK=${rank}`) && command.includes('train_ddp.py')
    if (isRank && cwd === (await realpath(bundle))) return Number(name)
  }
  throw new Error(`no process of rank ${rank}`)
}
