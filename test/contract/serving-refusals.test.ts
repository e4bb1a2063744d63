/** The HTTP API of a model, asked wrongly: every refusal with its status and its reason. */
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { servingLimits } from '../../electron/serving/limits.ts'
import { errorBodySchema } from '../../electron/serving/schemas.ts'
import { answerTo, head, opened } from '../faults/raw-http.ts'
import { ask, post, refusal, startModelServer, useModelServer, type Answer } from '../helpers/model-server.ts'

const served = useModelServer()

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
    const answer = await post(served.port, path, body)
    expect(answer.status).toBe(422)
    expect(refusal(answer)).toMatchObject({ code: 'REQUEST_INVALID', title })
  })

  it('400 to what is no JSON, and does not repeat it', async () => {
    for (const body of ['', '{', 'secret words', '{"text":"a","__proto__":{}}', '{"text":"a"} x', Buffer.from([0xff, 0xfe])]) {
      const answer = await ask(served.port, '/predict', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      expect({ body, status: answer.status }).toEqual({ body, status: 400 })
      expect(refusal(answer).code).toBe('REQUEST_INVALID')
      expect(JSON.stringify(answer.body)).not.toContain('secret')
    }
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data; boundary=x'])(
    '415 to %s',
    async (type) => {
      const answer = await ask(served.port, '/predict', { method: 'POST', headers: { 'content-type': type }, body: '{"text":"a"}' })
      expect(answer.status).toBe(415)
      refusal(answer)
    },
  )

  it('413 to more than a mebibyte, announced or not', async () => {
    const body = Buffer.alloc(servingLimits.bodyBytes + 1, 'a')
    const announced = await ask(served.port, '/predict', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(announced.status).toBe(413)
    refusal(announced)
    const chunk = `${(64 * 1024).toString(16)}\r\n${'a'.repeat(64 * 1024)}\r\n`
    const headers = { Host: 'localhost', 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }
    const streamed = await answerTo(served.port, head('POST', '/predict', headers) + chunk.repeat(17))
    expect(streamed).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('404 and 405 in JSON; 405 says what is allowed', async () => {
    const nowhere = await ask(served.port, '/predictions')
    expect(nowhere.status).toBe(404)
    refusal(nowhere)
    for (const [method, path, allow] of [
      ['GET', '/predict', 'POST'],
      ['DELETE', '/predict/batch', 'POST'],
      ['POST', '/health', 'GET'],
      ['OPTIONS', '/predict', 'POST'],
    ] as const) {
      const answer = await ask(served.port, path, { method })
      expect({ method, status: answer.status, allow: answer.headers.allow }).toEqual({ method, status: 405, allow })
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      refusal(answer)
    }
    expect((await ask(served.port, '/%zz')).status).toBe(400)
  })

  it('403 to a name that is not this machine’s', async () => {
    const named = (host: string): Promise<Answer> => ask(served.port, '/health', { headers: { host } })
    for (const host of ['evil.example', 'evil.example:8000', '127.0.0.1.evil.example', 'localhost.evil.example:80']) {
      const answer = await named(host)
      expect({ host, status: answer.status }).toEqual({ host, status: 403 })
      refusal(answer)
    }
    for (const host of ['localhost', 'LOCALHOST:9000', '127.0.0.1:1', '[::1]:8000']) expect((await named(host)).status).toBe(200)
  })

  it('408 to headers that come too slowly, 431 to headers that are too long, 400 to what is no HTTP', async () => {
    const slow = await opened(served.port)
    slow.setEncoding('utf8').write('POST /predict HTTP/1.1\r\nHost: localhost\r\n')
    let heard = ''
    slow.on('data', (text: string) => (heard += text))
    await once(slow, 'close')
    expect(heard).toMatch(/^HTTP\/1\.1 408 /)
    expect(errorBodySchema.safeParse(JSON.parse(heard.split('\r\n\r\n')[1]!)).success).toBe(true)

    const long = head('GET', '/health', { Host: 'localhost', 'X-Long': 'x'.repeat(servingLimits.headerBytes + 1) })
    expect(await answerTo(served.port, long)).toMatch(/^HTTP\/1\.1 431 /)
    expect(await answerTo(served.port, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('401 without the token or with another, before the body is read; health and docs stay open', async () => {
    const guarded = await startModelServer({ token: 's3cret-Token' })
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
