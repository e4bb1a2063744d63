/** Runs that begin with a pretrained model: its weights, sizes and tokenizer, on any number of ranks; what is frozen stays. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { projectRoot } from '../../electron/paths.ts'
import { modelDirectory } from '../../electron/supervisor/run-directory.ts'
import { RunStore } from '../../electron/supervisor/run-store.ts'
import type { RunConfigInput } from '../../shared/domain/run-config.ts'
import { startHub } from '../helpers/hub-stand-in.ts'
import { smallNewsCsv } from '../helpers/small-news.ts'
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
        expect(record.trainableParameterCount).toBeLessThan(record.parameterCount!)
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

describe('train --from', () => {
  interface Outcome {
    exitCode: number | null
    stdout: string
    stderr: string
  }

  async function train(home: string, argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const child = spawn(
      process.execPath,
      [join(projectRoot, 'out', 'main', 'cli.js'), 'train', '--max-length', '32', '--threads', '1', '--ranks', '1', ...argv],
      {
        env: { ...process.env, NO_COLOR: '1', DISTRINEWS_HOME: home, HF_HOME: join(home, 'hf'), HF_TOKEN: '', ...environment },
      },
    )
    onTestFinished(() => void child.kill('SIGKILL'))
    const heard = { stdout: '', stderr: '' }
    child.stdout.on('data', (text: Buffer) => (heard.stdout += text.toString()))
    child.stderr.on('data', (text: Buffer) => (heard.stderr += text.toString()))
    const [exitCode] = (await once(child, 'close')) as [number | null]
    return { exitCode, ...heard }
  }

  it('downloads a model of the hub, pins it to its commit, and leaves one that can be fine-tuned again', async () => {
    const home = await temporaryDirectory()
    const { path } = await pretrained({ architecture: 'bert', shards: 2 })
    const hub = await startHub()
    const commit = await hub.addDirectory('model', 'org/tiny-bert', path)
    const csv = join(home, 'news.csv')
    await writeFile(csv, smallNewsCsv(120))
    const flags = ['--data', csv, '--epochs', '1', '--freeze', '1']
    const first = await train(home, ['--from', 'org/tiny-bert', ...flags], { HF_ENDPOINT: hub.endpoint })
    expect(first, first.stderr).toMatchObject({ exitCode: 0 })
    expect(first.stdout).toMatch(/downloading org\/tiny-bert/)
    expect(first.stdout).toMatch(/model {2}org\/tiny-bert: 2 layers × 16/)
    const [run] = await new RunStore(home).list()
    expect(run?.record.config.initFrom).toEqual({ kind: 'hub', id: 'org/tiny-bert', revision: commit })
    expect(run?.record.command).toContain(`--from org/tiny-bert@${commit} `.trim())

    // What was fetched is here: the hub may be away.
    const again = await train(home, ['--from', `org/tiny-bert@${commit}`, ...flags, '--json'], { HF_ENDPOINT: 'http://127.0.0.1:9' })
    expect(again, again.stderr).toMatchObject({ exitCode: 0 })
    const further = await train(home, ['--from', run!.record.id, ...flags, '--json'])
    expect(further, further.stderr).toMatchObject({ exitCode: 0 })
    expect((JSON.parse(further.stdout) as { notes: string[] }).notes.join('\n')).toContain('is kept')
  })

  it('says what the hub said, in three lines', async () => {
    const hub = await startHub()
    hub.addRepo('model', 'org/pickled', { 'config.json': '{}', 'pytorch_model.bin': 'x' })
    const { exitCode, stderr } = await train(await temporaryDirectory(), ['--from', 'org/pickled'], { HF_ENDPOINT: hub.endpoint })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/cannot read the model org\/pickled[^]*why:[^]*pickle[^]*do:/)
  })
})
