/** A served model from its loading to its end: while it is busy, when its worker dies, when its weights are renewed, what is logged. */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import type { RequestRecord } from '../../shared/domain/serving.ts'
import { head, opened } from '../faults/raw-http.ts'
import { takenPort } from '../helpers/loopback.ts'
import { writeTestModel } from '../helpers/model-folders.ts'
import { ask, post, refusal, startModelServer } from '../helpers/model-server.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** Dies of the text 'die', takes its time for 'slow'. */
const workerFile = new URL('../fixtures/inference/dying-worker.mjs', import.meta.url).pathname

describe('busy', () => {
  it('429 with Retry-After where the queue of texts is full; what was taken is answered', async () => {
    const small = await startModelServer({ maxQueuedTexts: 100 })
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
    const loading = await startModelServer()
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
    const broken = await startModelServer({ modelDirectory: join(await temporaryDirectory(), 'nowhere') })
    await expect(broken.predictor.ready).rejects.toMatchObject({ info: { code: 'MODEL_NOT_FOUND' } })
    expect((await ask(broken.port, '/health')).body).toMatchObject({ status: 'failed', model_loaded: false })
    const answer = await post(broken.port, '/predict', { text: 'a' })
    expect(answer.status).toBe(503)
    expect(refusal(answer).code).toBe('MODEL_NOT_FOUND')
  })
})

describe('failures', () => {
  it('500 to a request whose worker died, and the next one is answered', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const mortal = await startModelServer({ workerFile })
    await mortal.predictor.ready
    const answer = await post(mortal.port, '/predict', { text: 'die' })
    expect(answer.status).toBe(500)
    expect(refusal(answer).code).toBe('INTERNAL')
    expect((await post(mortal.port, '/predict', { text: 'live' })).status).toBe(200)
    logged.mockRestore()
  })

  it('computes nothing for a client that went away', async () => {
    const slow = await startModelServer({ workerFile })
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
    const stopping = await startModelServer({ workerFile })
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
    await expect(startModelServer({ port: await takenPort() })).rejects.toMatchObject({ info: { code: 'PORT_IN_USE' } })
  })

  it.each([[{ host: '0.0.0.0' }], [{ host: '192.168.1.1' }], [{ host: '::' }]])(
    'does not open %j to a network without a token',
    async (where) => {
      await expect(startModelServer(where)).rejects.toMatchObject({ info: { code: 'ARGUMENT_INVALID' } })
    },
  )

  it('is open to everybody where it is meant to be', async () => {
    const open = await startModelServer({ isPublic: true })
    const answer = await ask(open.port, '/docs', { headers: { host: 'someone-model.hf.space' } })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-security-policy']).toMatch(/frame-ancestors \*$/)
  })
})

describe('the log', () => {
  it('has a record for each request, without its text, its query or its path where that is the client’s own', async () => {
    const watched: RequestRecord[] = []
    const logging = await startModelServer({ onRequest: (record) => watched.push(record) })
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
})

it('answers from weights that were renewed meanwhile, and says which', async () => {
  const renewed = join(await temporaryDirectory(), 'renewed')
  await writeTestModel(renewed, { step: 10 })
  const following = await startModelServer({ modelDirectory: renewed })
  await following.predictor.ready
  await writeTestModel(renewed, { seed: 2, step: 20 })
  await post(following.port, '/predict', { text: 'a' })
  expect((await ask(following.port, '/health')).body).toMatchObject({ version: 'step-000020' })
})
