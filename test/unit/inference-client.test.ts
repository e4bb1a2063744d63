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
