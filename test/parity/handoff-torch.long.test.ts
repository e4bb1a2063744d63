/** More of a bundle under torchrun than handoff-torch.test.ts has time for: more of BERT, slow and lost ranks, no NumPy, no number. Needs torch, else skipped. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, readlink, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fileDigest } from '../../electron/checkpoint/file-digest.ts'
import { hasModel } from '../../electron/checkpoint/model-folder.ts'
import { importRun } from '../../electron/handoff/import-run.ts'
import { readMetrics } from '../../electron/supervisor/metrics-file.ts'
import { modelDirectory, readRecord } from '../../electron/supervisor/run-directory.ts'
import type { RunConfigInput } from '../../shared/domain/run-config.ts'
import { bundled, fineTunesAlike, python, runBundle, torchEnvironment, torchrun, whyNoTorch } from '../helpers/torchrun.ts'

beforeEach((ctx) => ctx.skip(whyNoTorch !== null, whyNoTorch ?? ''))

it.each<[string, RunConfigInput]>([
  ['all of it', {}],
  ['its head alone', { freeze: 'encoder' }],
])('a bundle under torchrun fine-tunes BERT as our own ranks do: %s', (_, change) => fineTunesAlike(change))

describe('a bundle under torchrun', () => {
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
    runBundle(bundle, ['1', '--max-steps', '2'], { PYTHONPATH: join(bundle, 'hidden') })
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
