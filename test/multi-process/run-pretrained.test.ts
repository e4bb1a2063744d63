/** Runs that begin with a pretrained model: its weights, sizes and tokenizer, on any number of ranks; what is frozen stays. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { modelDirectory } from '../../electron/supervisor/run-directory.ts'
import type { RunConfigInput } from '../../shared/domain/run-config.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { createBench, parametersOf, reached } from '../helpers/training-runs.ts'
import { relativeDistance } from '../helpers/small-models.ts'
import { floats, type FolderOptions, smallTokenizerJson, writeTransformersFolder } from '../helpers/transformers-folders.ts'

const still = { dropout: 0, attentionDropout: 0, seqClassifDropout: 0 }

async function pretrained(options: FolderOptions = {}): Promise<{ path: string; parameters: Map<string, Float32Array> }> {
  const path = join(await temporaryDirectory(), 'pretrained')
  const { parameters } = await writeTransformersFolder(path, { ...options, config: { ...still, ...options.config } })
  return { path, parameters }
}

const change = (path: string, more: Partial<RunConfigInput> = {}): Partial<RunConfigInput> => ({
  initFrom: { kind: 'folder', path },
  epochs: 1,
  ...more,
})

describe('a run from a pretrained model', () => {
  it('takes weights, sizes and tokenizer from the folder, makes the head, and says what it left out', async () => {
    const bench = await createBench(120)
    const mlm = floats('cls.predictions.bias', [2], [1, 2])
    const { path, parameters } = await pretrained({ architecture: 'bert', dtype: 'F16', shards: 2, change: (all) => [...all, mlm] })
    // So small a rate that the weights after a step are those before, nearly.
    const run = await bench.start(bench.config(change(path, { worldSize: 2, learningRate: 1e-7, weightDecay: 0 })))
    const record = await run.finished
    expect(record.error).toBeNull()
    expect(record.state).toBe('done')
    expect(record.modelConfig).toMatchObject({ architecture: 'bert', dim: 16, nLayers: 2, labels: record.dataset?.labels })
    expect(record.notes.join('\n')).toMatch(/Made anew, for .*classifier.weight, classifier.bias/)
    expect(record.notes.join('\n')).toMatch(/left out: cls.predictions.bias/)
    const model = await readModelFolder(modelDirectory(run.runDirectory))
    expect(model.tokenizerJson).toBe(smallTokenizerJson)
    for (const [name, numbers] of parameters) expect(relativeDistance(model.tensors.get(name)!.data, numbers), name).toBeLessThan(1e-3)
    expect(JSON.parse(await readFile(join(modelDirectory(run.runDirectory), 'config.json'), 'utf8'))).toMatchObject({ model_type: 'bert' })
  })

  it('keeps a classifier that is for the same labels', async () => {
    const bench = await createBench(120)
    const labels = (await (await bench.start(bench.config({ epochs: 1, worldSize: 1 }))).finished).dataset!.labels
    const { path, parameters } = await pretrained({ withHead: true, config: { labels } })
    const run = await bench.start(bench.config(change(path, { worldSize: 1, learningRate: 1e-7, weightDecay: 0 })))
    const record = await run.finished
    expect(record.error).toBeNull()
    expect(record.notes.join('\n')).toContain('is kept')
    const after = await parametersOf(run.runDirectory)
    expect(relativeDistance(after.get('classifier.weight')!.data, parameters.get('classifier.weight')!)).toBeLessThan(1e-3)
  })

  it.each(['embeddings', '1', 'encoder'])(
    'with %s frozen leaves it as it was, to the bit, and two ranks train what one would',
    async (freeze) => {
      const bench = await createBench(120)
      const { path, parameters } = await pretrained({ architecture: 'bert' })
      const fine = { freeze, layerwiseLrDecay: 0.8, learningRate: 1e-3 }
      const train = async (worldSize: number, microBatch: number) => {
        const run = await bench.start(bench.config(change(path, { ...fine, worldSize, microBatch })))
        const record = await run.finished
        expect(record.error).toBeNull()
        expect(record.notes.join('\n')).toContain('the others are frozen')
        return { tensors: await parametersOf(run.runDirectory), losses: run.detail().steps.map(({ globalLoss }) => globalLoss) }
      }
      const [one, two] = [await train(1, 16), await train(2, 8)]
      expect(one.losses.length).toBeGreaterThan(3)
      for (const [step, loss] of one.losses.entries()) expect(Math.abs(two.losses[step]! - loss)).toBeLessThan(1e-4)
      const isFrozen = (name: string): boolean =>
        name.includes('embeddings') ||
        (freeze !== 'embeddings' && name.includes('layer.0.')) ||
        (freeze === 'encoder' && name.includes('layer.1.'))
      for (const [name, { data }] of one.tensors) {
        if (isFrozen(name))
          for (const tensors of [one.tensors, two.tensors]) expect(tensors.get(name)!.data, name).toEqual(parameters.get(name))
        else if (!name.endsWith('key.bias')) {
          if (parameters.has(name)) expect(data, name).not.toEqual(parameters.get(name))
          expect(relativeDistance(two.tensors.get(name)!.data, data), name).toBeLessThan(1e-2)
        }
      }
    },
  )

  it('is resumed from its checkpoint also when the folder is gone', async () => {
    const bench = await createBench(160)
    const { path } = await pretrained({ architecture: 'bert' })
    const config = bench.config(change(path, { worldSize: 1, epochs: 4, checkpointEverySteps: 2, freeze: '1' }))
    const run = await bench.start(config)
    await reached(run, 3)
    expect((await run.stop()).state).toBe('stopped')
    await rm(path, { recursive: true })
    const resumed = await bench.resume(run.runDirectory, config)
    const record = await resumed.finished
    expect(record.error).toBeNull()
    expect(record.state).toBe('done')
    expect(record.modelConfig?.architecture).toBe('bert')
  })

  it('is refused before any process starts where the model cannot be opened, and at once where its numbers are none', async () => {
    const bench = await createBench(120)
    const { path } = await pretrained()
    await expect(bench.start(bench.config(change(join(path, 'nowhere'))))).rejects.toMatchObject({ info: { code: 'MODEL_NOT_FOUND' } })
    await expect(bench.start(bench.config(change(path, { maxLength: 64 })))).rejects.toMatchObject({ info: { code: 'CONFIG_INVALID' } })
    await expect(bench.start(bench.config(change(path, { freeze: '3' })))).rejects.toMatchObject({
      info: { code: 'CONFIG_INVALID', cause: expect.stringContaining('has 2 layers') },
    })
    const broken = await pretrained({
      change: (all) =>
        all.map((tensor) =>
          tensor.name.endsWith('layer.1.ffn.lin2.bias')
            ? floats(
                tensor.name,
                [16],
                Array.from({ length: 16 }, () => NaN),
              )
            : tensor,
        ),
    })
    const record = await (await bench.start(bench.config(change(broken.path, { worldSize: 2 })))).finished
    expect(record.state).toBe('failed')
    expect(record.error).toMatchObject({ code: 'MODEL_INVALID', cause: expect.stringContaining('layer.1.ffn.lin2.bias') })
  })
})
