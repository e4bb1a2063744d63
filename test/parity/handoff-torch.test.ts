/**
 * The bundle for torchrun does what it says, with the real PyTorch: two processes over gloo train it unchanged, the lab
 * imports what they wrote, and in the lab's order the losses are those of the lab's own ranks. Needs torch, else skipped.
 * More of it is in handoff-torch.long.test.ts: each start of PyTorch takes seconds.
 */
import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { fileDigest } from '../../electron/checkpoint/file-digest.ts'
import { importRun } from '../../electron/handoff/import-run.ts'
import { loadModel } from '../../electron/inference/load.ts'
import { readMetrics } from '../../electron/supervisor/metrics-file.ts'
import { modelDirectory, readRecord } from '../../electron/supervisor/run-directory.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { type Bundled, bundled, fineTunesAlike, torchEnvironment, torchrun, whyNoTorch } from '../helpers/torchrun.ts'

beforeEach((ctx) => ctx.skip(whyNoTorch !== null, whyNoTorch ?? ''))

describe('a bundle under torchrun', () => {
  it('gives the losses of our own two ranks over 20 steps, is imported, is not overwritten, and loses otherwise in another order', async () => {
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
    await becomesAnImportedRun({ bench, config, bundle })
    expect(() => torchrun(bundle, '--max-steps', '2')).toThrow(/is not empty/)

    await rm(join(bundle, 'out'), { recursive: true })
    torchrun(bundle, '--order', 'torch')
    const shuffled = (await readMetrics(join(bundle, 'out'))).steps
    expect(Math.max(...ours.map(({ globalLoss }, index) => Math.abs(globalLoss - shuffled[index]!.globalLoss)))).toBeGreaterThan(1e-3)
  })

  /** With its facts, its metrics and a model that answers. */
  async function becomesAnImportedRun({ bench, bundle }: Bundled): Promise<void> {
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
  }

  it('fine-tunes BERT as our own ranks do: its lowest layer frozen, the others at falling rates', () =>
    fineTunesAlike({ freeze: '1', layerwiseLrDecay: 0.7 }))

  it('ends where patience is over', async () => {
    // So small a rate that nothing changes; equal is not better.
    const { bundle } = await bundled({ epochs: 6, earlyStopPatience: 2, learningRate: 1e-9 })
    torchrun(bundle)
    expect((await readMetrics(join(bundle, 'out'))).epochs).toHaveLength(3)
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
})

describe('what a bundle says before it trains', () => {
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
