/**
 * The bundle for torchrun does what it says, with the real PyTorch: two processes over gloo train it unchanged, the lab
 * imports what they wrote, and in the lab's order the losses are those of the lab's own ranks. Needs torch, else skipped.
 * More of BERT is in handoff-torch.long.test.ts: each start of PyTorch takes seconds.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { importRun } from '../../electron/handoff/import-run.ts'
import { loadModel } from '../../electron/inference/load.ts'
import { readMetrics } from '../../electron/supervisor/metrics-file.ts'
import { modelDirectory } from '../../electron/supervisor/run-directory.ts'
import { type Bundled, bundled, fineTunesAlike, torchrun, whyNoTorch } from '../helpers/torchrun.ts'

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
})
