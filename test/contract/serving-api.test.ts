/** The HTTP API of a model, asked from outside: answers, every refusal with its status, and what the log is told. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { tmpdir } from 'node:os'
import { errorBodySchema, healthSchema } from '../../electron/serving/schemas.ts'
import { servingLimits } from '../../electron/serving/limits.ts'
import { serveModel, type ModelServer } from '../../electron/serving/server.ts'
import { loadModel } from '../../electron/inference/load.ts'
import { InferenceClient } from '../../electron/inference/client.ts'
import type { RequestRecord } from '../../shared/domain/serving.ts'
import { head, opened, answerTo } from '../faults/raw-http.ts'
import { headlines } from '../fixtures/data/headlines.ts'
import { modelLabels, writeTestModel } from '../helpers/model-folders.ts'
import { ask, post, startModelServer, type Answer } from '../helpers/model-server.ts'

let directory: string
let modelDirectory: string
let server: ModelServer
const records: RequestRecord[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'serving-'))
  modelDirectory = join(directory, 'model')
  await writeTestModel(modelDirectory)
  server = await serveModel({ modelDirectory, title: 'test', port: 0, threads: 1, onRequest: (record) => records.push(record) })
  await server.predictor.ready
})
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true })
})

/** The error of a refusal; checks its shape and that the id is that of the header. */
function refusal({ body, headers }: Answer): { code: string; title: string } {
  const { error, request_id } = errorBodySchema.strict().parse(body)
  expect(headers['x-request-id']).toBe(request_id)
  for (const text of Object.values(error)) expect(text).not.toBe('')
  return error
}

describe('answers', () => {
  it('classifies a headline in the field names of the original', async () => {
    const { status, body } = await post(server.port, '/predict', { text: 'Oil prices jump' })
    expect(status).toBe(200)
    const { label, confidence, all_probabilities, ...rest } = body as Record<string, unknown>
    expect(rest).toEqual({})
    expect(Object.keys(all_probabilities as object)).toEqual(modelLabels)
    expect((all_probabilities as Record<string, number>)[label as string]).toBe(confidence)
    expect(Object.values(all_probabilities as Record<string, number>).reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 6)
  })

  it('classifies many in their order', async () => {
    const texts = Array.from({ length: 100 }, (_, index) => `${headlines[index % headlines.length]} ${index}`)
    const { status, body } = await post(server.port, '/predict/batch', { texts })
    expect(status).toBe(200)
    const { predictions } = body as { predictions: { label: string; confidence: number }[] }
    const model = await loadModel(modelDirectory, { threads: 1 })
    for (const [index, text] of texts.entries()) {
      expect(predictions[index]!.confidence).toBeCloseTo((await model.classify(text)).confidence, 5)
    }
    model.dispose()
  })

  it('says that it is well, and which model it has', async () => {
    const { status, body } = await ask(server.port, '/health')
    expect(status).toBe(200)
    expect(healthSchema.strict().parse(body)).toEqual({ status: 'ok', model_loaded: true, model: 'test', version: 'step-000010' })
  })

  it('describes itself, with examples, from its own files only', async () => {
    const { body } = await ask(server.port, '/openapi.json')
    const { openapi, paths } = body as { openapi: string; paths: Record<string, Record<string, unknown>> }
    expect(openapi).toMatch(/^3\./)
    expect(Object.keys(paths)).toEqual(['/predict', '/predict/batch', '/health'])
    expect(JSON.stringify(paths['/predict'])).toContain('"example":{"text":"Oil prices jump after a pipeline is attacked"}')
    const page = await ask(server.port, '/docs')
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';.*frame-ancestors 'none'/)
    const sources = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!)
    expect(sources.length).toBeGreaterThan(3)
    for (const address of sources) {
      expect(address).toMatch(/^\/docs\/static\//)
      expect((await ask(server.port, address)).status).toBe(200)
    }
    expect((await ask(server.port, '/')).headers.location).toBe('/docs')
  })

  it('takes a sane request id and makes another of an odd one', async () => {
    const idOf = async (given: string): Promise<unknown> =>
      (await ask(server.port, '/health', { headers: { 'x-request-id': given } })).headers['x-request-id']
    expect(await idOf('client-7:a.b')).toBe('client-7:a.b')
    for (const odd of ['a b', '"><script>', 'x'.repeat(65), '']) expect(await idOf(odd)).toMatch(/^[\da-f-]{36}$/)
  })
})

describe('refusals', () => {
  it.each([
    ['/predict', {}, 'text is missing'],
    ['/predict', { text: 7 }, 'text must be a string'],
    ['/predict', { text: null }, 'text must be a string'],
    ['/predict', { text: '' }, 'text must not be empty'],
    ['/predict', { text: ' \n\t' }, 'text must not be empty'],
    ['/predict', { text: 'x'.repeat(20_001) }, 'text must have at most 20000 characters'],
    ['/predict', [], 'The body must be an object'],
    ['/predict', null, 'The body must be an object'],
    ['/predict/batch', { text: 'a' }, 'texts is missing'],
    ['/predict/batch', { texts: 'a' }, 'texts must be an array'],
    ['/predict/batch', { texts: [] }, 'texts must have at least one text'],
    ['/predict/batch', { texts: ['a', 'b', 3] }, 'texts[2] must be a string'],
    ['/predict/batch', { texts: ['a', ''] }, 'texts[1] must not be empty'],
    ['/predict/batch', { texts: Array.from({ length: 101 }, () => 'a') }, 'texts must have at most 100 texts'],
  ])('%s %j: 422, and names the field', async (path, body, title) => {
    const answer = await post(server.port, path, body)
    expect(answer.status).toBe(422)
    expect(refusal(answer)).toMatchObject({ code: 'REQUEST_INVALID', title })
  })

  it('400 to what is no JSON, and does not repeat it', async () => {
    for (const body of ['', '{', 'secret words', '{"text":"a","__proto__":{}}', '{"text":"a"} x', Buffer.from([0xff, 0xfe])]) {
      const answer = await ask(server.port, '/predict', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      expect({ body, status: answer.status }).toEqual({ body, status: 400 })
      expect(refusal(answer).code).toBe('REQUEST_INVALID')
      expect(JSON.stringify(answer.body)).not.toContain('secret')
    }
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data; boundary=x'])(
    '415 to %s',
    async (type) => {
      const answer = await ask(server.port, '/predict', { method: 'POST', headers: { 'content-type': type }, body: '{"text":"a"}' })
      expect(answer.status).toBe(415)
      refusal(answer)
    },
  )

  it('413 to more than a mebibyte, announced or not', async () => {
    const body = Buffer.alloc(servingLimits.bodyBytes + 1, 'a')
    const announced = await ask(server.port, '/predict', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(announced.status).toBe(413)
    refusal(announced)
    const chunk = `${(64 * 1024).toString(16)}\r\n${'a'.repeat(64 * 1024)}\r\n`
    const headers = { Host: 'localhost', 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }
    const streamed = await answerTo(server.port, head('POST', '/predict', headers) + chunk.repeat(17))
    expect(streamed).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('404 and 405 in JSON; 405 says what is allowed', async () => {
    const nowhere = await ask(server.port, '/predictions')
    expect(nowhere.status).toBe(404)
    refusal(nowhere)
    for (const [method, path, allow] of [
      ['GET', '/predict', 'POST'],
      ['DELETE', '/predict/batch', 'POST'],
      ['POST', '/health', 'GET'],
      ['OPTIONS', '/predict', 'POST'],
    ] as const) {
      const answer = await ask(server.port, path, { method })
      expect({ method, status: answer.status, allow: answer.headers.allow }).toEqual({ method, status: 405, allow })
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      refusal(answer)
    }
    expect((await ask(server.port, '/%zz')).status).toBe(400)
  })

  it('403 to a name that is not this machine’s', async () => {
    const named = (host: string): Promise<Answer> => ask(server.port, '/health', { headers: { host } })
    for (const host of ['evil.example', 'evil.example:8000', '127.0.0.1.evil.example', 'localhost.evil.example:80']) {
      const answer = await named(host)
      expect({ host, status: answer.status }).toEqual({ host, status: 403 })
      refusal(answer)
    }
    for (const host of ['localhost', 'LOCALHOST:9000', '127.0.0.1:1', '[::1]:8000']) expect((await named(host)).status).toBe(200)
  })

  it('408 to headers that come too slowly, 431 to headers that are too long, 400 to what is no HTTP', async () => {
    const slow = await opened(server.port)
    slow.setEncoding('utf8').write('POST /predict HTTP/1.1\r\nHost: localhost\r\n')
    let heard = ''
    slow.on('data', (text: string) => (heard += text))
    await once(slow, 'close')
    expect(heard).toMatch(/^HTTP\/1\.1 408 /)
    expect(errorBodySchema.safeParse(JSON.parse(heard.split('\r\n\r\n')[1]!)).success).toBe(true)

    const long = head('GET', '/health', { Host: 'localhost', 'X-Long': 'x'.repeat(servingLimits.headerBytes + 1) })
    expect(await answerTo(server.port, long)).toMatch(/^HTTP\/1\.1 431 /)
    expect(await answerTo(server.port, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('401 without the token or with another, before the body is read; health and docs stay open', async () => {
    const guarded = await startModelServer({ modelDirectory, token: 's3cret-Token' })
    await guarded.predictor.ready
    for (const authorization of ['', 'Bearer wrong', 's3cret-Token', 'Basic s3cret-Token']) {
      const answer = await post(guarded.port, '/predict', 'not even an object', { headers: { authorization } })
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer')
      expect(refusal(answer).code).toBe('UNAUTHORIZED')
    }
    const holder = { headers: { authorization: 'Bearer s3cret-Token' } }
    expect((await post(guarded.port, '/predict', { text: 'a' }, holder)).status).toBe(200)
    for (const path of ['/health', '/docs', '/openapi.json']) expect((await ask(guarded.port, path)).status).toBe(200)
    expect(JSON.stringify(guarded.meter.recent())).not.toContain('s3cret')
  })
})

describe('busy', () => {
  it('429 with Retry-After where the queue of texts is full; what was taken is answered', async () => {
    const small = await startModelServer({ modelDirectory, maxQueuedTexts: 100 })
    await small.predictor.ready
    const texts = Array.from({ length: 100 }, (_, index) => `text ${index}`)
    const answers = await Promise.all(Array.from({ length: 6 }, () => post(small.port, '/predict/batch', { texts })))
    const refused = answers.filter(({ status }) => status === 429)
    expect(answers.filter(({ status }) => status === 200).length + refused.length).toBe(6)
    expect(refused.length).toBeGreaterThan(0)
    for (const answer of refused) {
      expect(answer.headers['retry-after']).toBe('1')
      expect(refusal(answer).code).toBe('TOO_BUSY')
    }
    expect((await post(small.port, '/predict/batch', { texts })).status).toBe(200)
  })

  it('503 while the model is being loaded, which /health says', async () => {
    const loading = await startModelServer({ modelDirectory })
    expect(loading.predictor.state).toBe('loading')
    const answer = await post(loading.port, '/predict', { text: 'a' })
    if (answer.status !== 200) {
      expect(answer.status).toBe(503)
      expect(refusal(answer).code).toBe('NOT_READY')
    }
    await loading.predictor.ready
    expect((await post(loading.port, '/predict', { text: 'a' })).status).toBe(200)
  })

  it('503 where the model cannot be used, with the reason; the server goes on', async () => {
    const broken = await startModelServer({ modelDirectory: join(directory, 'nowhere') })
    await expect(broken.predictor.ready).rejects.toMatchObject({ info: { code: 'MODEL_NOT_FOUND' } })
    expect((await ask(broken.port, '/health')).body).toMatchObject({ status: 'failed', model_loaded: false })
    const answer = await post(broken.port, '/predict', { text: 'a' })
    expect(answer.status).toBe(503)
    expect(refusal(answer).code).toBe('MODEL_NOT_FOUND')
  })

  it('mixes nothing up: 2,000 requests at once, each with the answer to its own text', { timeout: 60_000 }, async () => {
    const words = headlines.join(' ').split(' ')
    const word = (index: number): string => words[index % words.length]!
    const texts = Array.from({ length: 2_000 }, (_, index) =>
      [word(index), word(index * 7 + 3), word(index * 31), word(index >> 4)].join(' '),
    )
    const client = new InferenceClient({ threads: 1 })
    const ref = { modelId: '', title: '', checkpoint: '', step: null, epoch: null }
    const expected = await client.classifyMany(modelDirectory, ref, texts)
    await client.close()
    const answers = await Promise.all(texts.map((text) => post(server.port, '/predict', { text })))
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

describe('failures', () => {
  const workerFile = new URL('../fixtures/inference/dying-worker.mjs', import.meta.url).pathname

  it('500 to a request whose worker died, and the next one is answered', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const mortal = await startModelServer({ modelDirectory, workerFile })
    await mortal.predictor.ready
    const answer = await post(mortal.port, '/predict', { text: 'die' })
    expect(answer.status).toBe(500)
    expect(refusal(answer).code).toBe('INTERNAL')
    expect((await post(mortal.port, '/predict', { text: 'live' })).status).toBe(200)
    logged.mockRestore()
  })

  it('computes nothing for a client that went away', async () => {
    const slow = await startModelServer({ modelDirectory, workerFile })
    await slow.predictor.ready
    const first = post(slow.port, '/predict', { text: 'slow' })
    await pause(50)
    const gone = await opened(slow.port)
    const body = '{"text":"gone"}'
    gone.write(
      head('POST', '/predict', { Host: 'localhost', 'Content-Type': 'application/json', 'Content-Length': String(body.length) }) + body,
    )
    await pause(50)
    gone.destroy()
    await first
    // The worker counts the texts that it was given: the warm-up, 'slow' and this one.
    const { body: answer } = await post(slow.port, '/predict', { text: 'count' })
    expect((answer as { label: string }).label).toBe('2')
    await vi.waitFor(() => expect(slow.meter.figures().byStatus).toMatchObject({ 200: 2, 499: 1 }))
  })
})

describe('stopping', () => {
  it('finishes what is in flight, refuses what is new, and frees the port', async () => {
    const workerFile = new URL('../fixtures/inference/dying-worker.mjs', import.meta.url).pathname
    const stopping = await serveModel({ modelDirectory, title: 'test', port: 0, workerFile })
    await stopping.predictor.ready
    const inFlight = post(stopping.port, '/predict', { text: 'slow' })
    await pause(50)
    const closed = stopping.close()
    const late = await post(stopping.port, '/predict', { text: 'late' })
    expect(late.status).toBe(503)
    expect(late.headers.connection).toBe('close')
    expect(refusal(late).code).toBe('NOT_READY')
    const answer = await inFlight
    expect(answer.status).toBe(200)
    expect(answer.headers.connection).toBe('close')
    await closed
    await expect(ask(stopping.port, '/health')).rejects.toThrow()
  })

  it('says so where the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    await expect(serveModel({ modelDirectory, title: 'test', port })).rejects.toMatchObject({ info: { code: 'PORT_IN_USE' } })
    taken.close()
  })

  it.each([[{ host: '0.0.0.0' }], [{ host: '192.168.1.1' }], [{ host: '::' }]])(
    'does not open %j to a network without a token',
    async (where) => {
      await expect(serveModel({ modelDirectory, title: 'test', port: 0, ...where })).rejects.toMatchObject({
        info: { code: 'ARGUMENT_INVALID' },
      })
    },
  )

  it('is open to everybody where it is meant to be', async () => {
    const open = await startModelServer({ modelDirectory, isPublic: true })
    const answer = await ask(open.port, '/docs', { headers: { host: 'someone-model.hf.space' } })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-security-policy']).toMatch(/frame-ancestors \*$/)
  })
})

describe('the log', () => {
  it('has a record for each request, without its text, its query or its path where that is the client’s own', async () => {
    const watched: RequestRecord[] = []
    const logging = await startModelServer({ modelDirectory, onRequest: (record) => watched.push(record) })
    await logging.predictor.ready
    await post(logging.port, '/predict', { text: 'a secret headline' }, { headers: { 'x-request-id': 'one' } })
    await ask(logging.port, '/predict?text=secret')
    await ask(logging.port, '/secret')
    await vi.waitFor(() => expect(watched).toHaveLength(3))
    expect(watched[0]).toMatchObject({ requestId: 'one', method: 'POST', path: '/predict', status: 200, texts: 1, batchRows: 1 })
    expect(watched.slice(1).map(({ path, status }) => [path, status])).toEqual([
      ['/predict', 405],
      ['-', 404],
    ])
    expect(JSON.stringify(watched)).not.toContain('secret')
    expect(logging.meter.figures()).toMatchObject({ total: 3, byStatus: { 200: 1, 404: 1, 405: 1 }, lastMinuteCount: 1 })
  })

  it('answers from weights that were renewed meanwhile, and says which', async () => {
    const renewed = join(directory, 'renewed')
    await writeTestModel(renewed, { step: 10 })
    const following = await startModelServer({ modelDirectory: renewed })
    await following.predictor.ready
    await writeTestModel(renewed, { seed: 2, step: 20 })
    await post(following.port, '/predict', { text: 'a' })
    expect((await ask(following.port, '/health')).body).toMatchObject({ version: 'step-000020' })
  })
})
