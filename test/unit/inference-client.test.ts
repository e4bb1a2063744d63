/** The lab's side of the inference worker: order, failures, renewal, end. Real worker threads. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { InferenceClient } from '../../electron/inference/client.ts'
import { entryFile } from '../../electron/paths.ts'
import { buildKernels } from '../../scripts/build-kernels.mjs'
import { LabError } from '../../shared/contract/errors.ts'
import { modelLabels, writeTestModel } from '../helpers/model-folders.ts'

const failingWorker = fileURLToPath(new URL('../fixtures/inference/failing-worker.mjs', import.meta.url))
const recordingWorker = fileURLToPath(new URL('../fixtures/inference/recording-worker.mjs', import.meta.url))
const ref = { modelId: 'run', title: 'A run', checkpoint: 'unknown', step: null, epoch: null }

const clients: InferenceClient[] = []
function client(workerFile?: string): InferenceClient {
  const made = new InferenceClient({ threads: 1, workerFile })
  clients.push(made)
  return made
}
afterEach(async () => {
  for (const made of clients.splice(0)) await made.close()
})

/** What `classify` failed with. */
async function failure(asked: Promise<unknown>): Promise<LabError['info']> {
  const error: unknown = await asked.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof LabError) return error.info
  throw new Error('it did not fail as it should', { cause: error })
}

describe('the inference client', () => {
  it('passes on typed errors and asks one thing at a time, in order', async () => {
    const asking = client(failingWorker)
    const settled: string[] = []
    const ask = async (text: string): Promise<void> => {
      const { cause } = await failure(asking.classify('x', ref, text))
      settled.push(cause)
    }
    await Promise.all([ask('slow'), ask('second'), ask('third')])
    expect(settled).toEqual(['slow', 'second', 'third'])
  })

  it.each([
    ['throw', /out of memory, say/],
    ['exit', /code 7/],
    ['nonsense', /no answer/],
  ])('fails with a typed error where the worker does "%s", and the next call has a worker again', async (how, cause) => {
    const asking = client(failingWorker)
    const before = await failure(asking.classify('x', ref, 'hello'))
    const failing = failure(asking.classify('x', ref, how))
    const behind = failure(asking.classify('x', ref, 'waiting'))
    expect(await failing).toMatchObject({ code: 'INTERNAL', cause: expect.stringMatching(cause) })
    expect(await behind).toMatchObject({ code: 'MODEL_INVALID', cause: 'waiting' })
    if (how !== 'nonsense') expect((await behind).title).not.toBe(before.title)
  })

  it('ends its worker when closed, and what waits fails', async () => {
    const asking = client(failingWorker)
    const waiting = [failure(asking.classify('x', ref, 'slow')), failure(asking.classify('x', ref, 'slow'))]
    await new Promise((resolve) => setTimeout(resolve, 50))
    await asking.close()
    for (const asked of waiting) expect((await asked).code).toBe('INTERNAL')
    expect((await failure(asking.classify('x', ref, 'late'))).code).toBe('INTERNAL')
  })

  it('computes nothing that was aborted before its turn, and says so at once', async () => {
    const asking = client(recordingWorker)
    const running = asking.classify('x', ref, 'first')
    const superseded = new AbortController()
    const old = asking.classify('x', ref, 'superseded', { signal: superseded.signal })
    const newest = asking.classify('x', ref, 'newest')
    superseded.abort(new Error('superseded'))
    await expect(old).rejects.toThrow('superseded')
    await expect(asking.classify('x', ref, 'late', { signal: superseded.signal })).rejects.toThrow('superseded')
    expect([(await running).label, (await newest).label]).toEqual(['1: first', '2: newest'])
  })

  it('answers many texts in their order, tells how far it is, and lets a headline in between', async () => {
    const asking = client(recordingWorker)
    const texts = Array.from({ length: 100 }, (_, index) => 'x'.repeat(1 + ((index * 37) % 50)) + index)
    const done: number[] = []
    const many = asking.classifyMany('x', ref, texts, { onProgress: (progress) => done.push(progress.done) })
    const { label } = await asking.classify('x', ref, 'between')
    expect(label).toBe('2: between')
    const answers = await many
    expect(answers.map((answer) => answer.label.replace(/^\d+: /, ''))).toEqual(texts)
    expect(answers.map(({ text }) => text)).toEqual(texts)
    expect(done.at(-1)).toBe(100)
    expect(done.length).toBeGreaterThan(2)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
  })

  it('stops a long job between two batches', async () => {
    const asking = client(recordingWorker)
    const stop = new AbortController()
    const done: number[] = []
    const many = asking.classifyMany(
      'x',
      ref,
      Array.from({ length: 10_000 }, () => 'text'),
      {
        signal: stop.signal,
        onProgress: (progress) => {
          done.push(progress.done)
          if (done.length === 2) stop.abort(new Error('enough'))
        },
      },
    )
    await expect(many).rejects.toThrow('enough')
    // Two batches, at most one that was under way, and then this headline.
    expect(Number.parseInt((await asking.classify('x', ref, 'after')).label)).toBeLessThanOrEqual(4)
    expect(done).toHaveLength(2)
  })

  it('puts what is asked at once into common batches and mixes nothing up', async () => {
    const asking = client(recordingWorker)
    const texts = Array.from({ length: 200 }, (_, index) => `text ${index}`)
    const answers = await Promise.all(texts.map((text) => asking.classifyMany('x', ref, [text])))
    expect(answers.map(([answer]) => answer!.label.replace(/^\d+: /, ''))).toEqual(texts)
    expect(Math.max(...answers.map(([answer]) => Number.parseInt(answer!.label)))).toBeLessThan(10)
  })

  it('fails all of a batch whose worker died, and nothing behind it', async () => {
    const asking = client(failingWorker)
    const together = [asking.classifyMany('x', ref, ['exit']), asking.classifyMany('x', ref, ['b'])].map(failure)
    for (const failed of together) expect(await failed).toMatchObject({ code: 'INTERNAL', cause: expect.stringMatching(/code 7/) })
    expect(await failure(asking.classify('x', ref, 'waiting'))).toMatchObject({ code: 'MODEL_INVALID' })
  })

  it('answers from the model folder as it is now, and names the checkpoint that answered', async (ctx) => {
    ctx.skip(!existsSync(entryFile('inference-worker')), 'the worker is not built: run npm run build')
    await buildKernels()
    const directory = await mkdtemp(join(tmpdir(), 'inference-client-'))
    try {
      const asking = client()
      await writeTestModel(directory, { seed: 1, step: 10 })
      const first = await asking.classify(directory, ref, 'Oil prices jump')
      expect(first.checkpoint).toEqual({ modelId: 'run', title: 'A run', checkpoint: 'step-000010', step: 10, epoch: 1 })
      expect(first.probabilities.map(({ label }) => label)).toEqual(modelLabels)
      const [many] = await asking.classifyMany(directory, ref, ['Oil prices jump'])
      expect(many).toMatchObject({ label: first.label, checkpoint: first.checkpoint, truncatedCount: 0 })
      expect(await failure(asking.classify(join(directory, 'nowhere'), ref, 'a'))).toMatchObject({ code: 'MODEL_NOT_FOUND' })

      await writeTestModel(directory, { seed: 2, step: 20 })
      const second = await asking.classify(directory, ref, 'Oil prices jump')
      expect(second.checkpoint.step).toBe(20)
      expect(second.probabilities).not.toEqual(first.probabilities)
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})
