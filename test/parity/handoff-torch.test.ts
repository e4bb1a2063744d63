/**
 * The bundle for torchrun does what it says, with the real PyTorch: two processes over gloo train it unchanged, the lab
 * imports what they wrote, and in the lab's order the losses are those of the lab's own ranks. Needs torch, else skipped.
 */
import { spawnSync } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeTorchBundle } from '../../electron/handoff/bundle.ts'
import { importRun } from '../../electron/handoff/import-run.ts'
import { loadModel } from '../../electron/inference/load.ts'
import { readMetrics } from '../../electron/supervisor/metrics-file.ts'
import { modelDirectory } from '../../electron/supervisor/run-directory.ts'
import type { RunConfigInput } from '../../shared/domain/run-config.ts'
import { relativeDistance } from '../helpers/small-models.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { type Bench, createBench, parametersOf } from '../helpers/training-runs.ts'
import { writeTransformersFolder } from '../helpers/transformers-folders.ts'

const python = process.env['PYTHON'] ?? '/usr/bin/python3'
const hasTorch = spawnSync(python, ['-c', 'import torch.distributed']).status === 0

function torchrun(bundle: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(join(bundle, 'run_ddp.sh'), ['2', ...args], {
    env: { ...process.env, PYTHON: python, GLOO_SOCKET_IFNAME: 'lo' },
    encoding: 'utf8',
  })
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

  it('refuses a second run into the same folder', async () => {
    const { bundle } = await bundled()
    torchrun(bundle, '--max-steps', '2')
    expect(() => torchrun(bundle, '--max-steps', '2')).toThrow(/is not empty/)
  })
})
