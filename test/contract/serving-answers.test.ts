/** The HTTP API of a model, asked from outside: its answers, each to its own text, and its description of itself. */
import { describe, expect, it } from 'vitest'
import { InferenceClient } from '../../electron/inference/client.ts'
import { loadModel } from '../../electron/inference/load.ts'
import { healthSchema } from '../../electron/serving/schemas.ts'
import type { RequestRecord } from '../../shared/domain/serving.ts'
import { headlines } from '../fixtures/data/headlines.ts'
import { modelLabels } from '../helpers/model-folders.ts'
import { ask, post, useModelServer } from '../helpers/model-server.ts'

const records: RequestRecord[] = []
const served = useModelServer({ onRequest: (record) => records.push(record) })

describe('answers', () => {
  it('classifies a headline in the field names of the original', async () => {
    const { status, body } = await post(served.port, '/predict', { text: 'Oil prices jump' })
    expect(status).toBe(200)
    const { label, confidence, all_probabilities, ...rest } = body as Record<string, unknown>
    expect(rest).toEqual({})
    expect(Object.keys(all_probabilities as object)).toEqual(modelLabels)
    expect((all_probabilities as Record<string, number>)[label as string]).toBe(confidence)
    expect(Object.values(all_probabilities as Record<string, number>).reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 6)
  })

  it('classifies many in their order', async () => {
    const texts = Array.from({ length: 100 }, (_, index) => `${headlines[index % headlines.length]} ${index}`)
    const { status, body } = await post(served.port, '/predict/batch', { texts })
    expect(status).toBe(200)
    const { predictions } = body as { predictions: { label: string; confidence: number }[] }
    const model = await loadModel(served.modelDirectory, { threads: 1 })
    for (const [index, text] of texts.entries()) {
      expect(predictions[index]!.confidence).toBeCloseTo((await model.classify(text)).confidence, 5)
    }
    model.dispose()
  })

  it('says that it is well, and which model it has', async () => {
    const { status, body } = await ask(served.port, '/health')
    expect(status).toBe(200)
    expect(healthSchema.strict().parse(body)).toEqual({ status: 'ok', model_loaded: true, model: 'a test model', version: 'step-000010' })
  })

  it('describes itself, with examples, from its own files only', async () => {
    const { body } = await ask(served.port, '/openapi.json')
    const { openapi, paths } = body as { openapi: string; paths: Record<string, Record<string, unknown>> }
    expect(openapi).toMatch(/^3\./)
    expect(Object.keys(paths)).toEqual(['/predict', '/predict/batch', '/health'])
    expect(JSON.stringify(paths['/predict'])).toContain('"example":{"text":"Oil prices jump after a pipeline is attacked"}')
    const page = await ask(served.port, '/docs')
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';.*frame-ancestors 'none'/)
    const sources = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!)
    expect(sources.length).toBeGreaterThan(3)
    for (const address of sources) {
      expect(address).toMatch(/^\/docs\/static\//)
      expect((await ask(served.port, address)).status).toBe(200)
    }
    expect((await ask(served.port, '/')).headers.location).toBe('/docs')
  })

  it('takes a sane request id and makes another of an odd one', async () => {
    const idOf = async (given: string): Promise<unknown> =>
      (await ask(served.port, '/health', { headers: { 'x-request-id': given } })).headers['x-request-id']
    expect(await idOf('client-7:a.b')).toBe('client-7:a.b')
    for (const odd of ['a b', '"><script>', 'x'.repeat(65), '']) expect(await idOf(odd)).toMatch(/^[\da-f-]{36}$/)
  })

  it('mixes nothing up: 2,000 requests at once, each with the answer to its own text', { timeout: 60_000 }, async () => {
    const words = headlines.join(' ').split(' ')
    const word = (index: number): string => words[index % words.length]!
    const texts = Array.from({ length: 2_000 }, (_, index) =>
      [word(index), word(index * 7 + 3), word(index * 31), word(index >> 4)].join(' '),
    )
    const client = new InferenceClient({ threads: 1 })
    const ref = { modelId: '', title: '', checkpoint: '', step: null, epoch: null }
    const expected = await client.classifyMany(served.modelDirectory, ref, texts)
    await client.close()
    const answers = await Promise.all(texts.map((text) => post(served.port, '/predict', { text })))
    const wrong = answers.filter(({ status, body }, index) => {
      const { probabilities } = expected[index]!
      const given = Object.values((body as { all_probabilities: Record<string, number> }).all_probabilities)
      return status !== 200 || given.some((chance, label) => Math.abs(chance - probabilities[label]!.probability) > 1e-4)
    })
    expect(wrong).toEqual([])
    // Answers that differ, else a mix-up could not be seen.
    expect(new Set(expected.map(({ confidence }) => confidence.toFixed(4))).size).toBeGreaterThan(500)
    expect(Math.max(...records.map(({ batchRows }) => batchRows ?? 0))).toBeGreaterThan(8)
  })
})
