/** Bundles for torchrun in the hands of the real PyTorch: two processes over gloo, on this machine. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import { writeTorchBundle } from '../../electron/handoff/bundle.ts'
import { importRun } from '../../electron/handoff/import-run.ts'
import { readMetrics } from '../../electron/supervisor/metrics-file.ts'
import type { RunConfig, RunConfigInput } from '../../shared/domain/run-config.ts'
import { relativeDistance } from './small-models.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { type Bench, createBench, parametersOf } from './training-runs.ts'
import { writeTransformersFolder } from './transformers-folders.ts'

export const python = process.env['PYTHON'] ?? '/usr/bin/python3'
const hasTorch = spawnSync(python, ['-c', 'import torch.distributed']).status === 0
/** Why these tests cannot run here, or null where they can. */
export const whyNoTorch: string | null = hasTorch ? null : `no torch for ${python} here`

/** Where torchrun finds its Python, and the ranks each other. */
export const torchEnvironment = { ...process.env, PYTHON: python, GLOO_SOCKET_IFNAME: 'lo' }

/** Two ranks. */
export const torchrun = (bundle: string, ...args: string[]): string => runBundle(bundle, ['2', ...args])

/** Returns what was printed; throws it where it fails. */
export function runBundle(bundle: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(join(bundle, 'run_ddp.sh'), args, { env: { ...torchEnvironment, ...env }, encoding: 'utf8' })
  if (status !== 0) throw new Error(`run_ddp.sh ended with ${status}\n${stdout}\n${stderr}`)
  return stdout
}

export interface Bundled {
  bench: Bench
  config: RunConfig
  bundle: string
}

/** A bench, a configuration without dropout, and the bundle of it. */
export async function bundled(change: RunConfigInput = {}, modelDirectory: string | null = null): Promise<Bundled> {
  const bench = await createBench(400)
  const config = bench.config({ dropout: 0, epochs: 1, schedule: 'cosine', ...change })
  const bundle = join(bench.store.labDirectory, 'bundle')
  await writeTorchBundle({ config, modelDirectory, directory: bundle, cacheDirectory: bench.store.cacheDirectory, command: 'test' })
  return { bench, config, bundle }
}

/** A small BERT, fine-tuned so by both: the same losses, gradients and weights. */
export async function fineTunesAlike(change: RunConfigInput): Promise<void> {
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
}
