/** Looking at a deployed Space from outside: static folders that were tampered with, servers that sleep, lie or lead astray. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkDeployed, type CheckOptions } from '../../electron/spaces/check.ts'
import { deployedAddress } from '../../electron/spaces/deployed-http.ts'
import { writeSpaceFolder } from '../../electron/spaces/folder.ts'
import { SpaceHub } from '../../electron/spaces/space-hub.ts'
import type { DeployedCheck, SpaceFacts, SpaceFolder } from '../../shared/domain/space.ts'
import { errorOf } from '../helpers/error-of.ts'
import { startSpaceHub } from '../helpers/space-hub-stand-in.ts'
import { startStaticSite } from '../helpers/static-site.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const nobody = new SpaceHub({ endpoint: 'http://127.0.0.1:9', token: null, cacheDirectory: '/nonexistent', firstRetryMs: 1 })
const check = (url: string, options: Partial<CheckOptions> = {}): Promise<DeployedCheck> =>
  checkDeployed({ url, hub: nobody, localModel: null, localFacts: null, ...options })

async function writeStatic(): Promise<SpaceFolder> {
  const target = join(await temporaryDirectory(), 'space')
  return writeSpaceFolder({ target, bytes: 1, signal: undefined }, async (write) => {
    await write.text('index.html', '<!doctype html><html><head><title>x</title></head></html>')
    await write.text('app.js', 'export {}')
    await write.text('model/config.json', '{}')
    const model: SpaceFacts['model'] = {
      ...{ runId: null, checkpoint: null, step: null, architecture: 'bert', parameterCount: 1, labels: ['a'] },
      ...({ maxLength: 8, precision: 'int8', license: null } as const),
    }
    return { format: 'distrinews-space', version: 1, kind: 'static', createdAt: new Date().toISOString(), title: 'Static', model }
  })
}

/** A server that does what it is told, and ends with the test. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(() => resolve()))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const json =
  (body: unknown): RequestListener =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))

describe('a static Space', () => {
  test('is as the folder is, file by file; its page’s own address will do', async () => {
    const { path, facts } = await writeStatic()
    const site = await startStaticSite(path)
    const result = await check(`${site.url}index.html`, { localFacts: facts })
    expect(result).toMatchObject({ kind: 'static', title: 'Static', comparedWith: 'local folder', isSame: true })
    expect(result.kind === 'static' && result.files.map(({ state }) => state)).toEqual(['same', 'same', 'same'])
    expect(await check(site.url)).toMatchObject({ comparedWith: 'its own list', isSame: true })
  })

  test('is told from the folder where a file is another, is longer, or is missing', async () => {
    const { path, facts } = await writeStatic()
    const changes: Record<string, Buffer | null> = {
      'app.js': Buffer.from('evil()'),
      'model/config.json': null,
      'index.html': Buffer.alloc(200_000),
    }
    const site = await startStaticSite(path, (name, bytes) => (name in changes ? changes[name]! : bytes))
    const result = await check(site.url, { localFacts: facts })
    expect(result).toMatchObject({
      isSame: false,
      files: [
        { path: 'app.js', state: 'different' },
        { path: 'index.html', state: 'different' },
        { path: 'model/config.json', state: 'missing' },
      ],
    })
  })

  test('may have the line that the hub writes into its page, and no other', async () => {
    const { path, facts } = await writeStatic()
    const inject = (script: string) => (name: string, bytes: Buffer) =>
      name === 'index.html' ? Buffer.from(bytes.toString().replace('<head>', `<head>${script}`)) : bytes
    const hubs = await startStaticSite(path, inject('<script>window.huggingface={variables:{"SPACE_ID":"a/b"}}</script>'))
    expect(await check(hubs.url, { localFacts: facts })).toMatchObject({ isSame: true })
    const others = await startStaticSite(path, inject('<script>steal()</script>'))
    expect(await check(others.url, { localFacts: facts })).toMatchObject({ isSame: false })
  })

  test('whose list leads out of it, or has no end, is not followed', async () => {
    const { facts } = await writeStatic()
    const sha256 = 'a'.repeat(64)
    const asked: string[] = []
    for (const files of [
      [{ path: '../secret', bytes: 1, sha256 }],
      Array.from({ length: 501 }, (_, i) => ({ path: `${i}`, bytes: 1, sha256 })),
    ]) {
      const url = await serve((request, response) => {
        asked.push(request.url!)
        json({ ...facts, files })(request, response)
      })
      expect((await errorOf(check(`${url}/below/`))).code).toBe('DEPLOYED_ANSWER_INVALID')
    }
    expect(asked).toEqual(['/below/space.json', '/below/space.json'])
  })
})

test('a static Space is compared with its own list where the folder here is one of another kind', async () => {
  const { path, facts } = await writeStatic()
  const site = await startStaticSite(path)
  expect(await check(site.url, { localFacts: { ...facts, kind: 'docker', files: [] } })).toMatchObject({
    comparedWith: 'its own list',
    isSame: true,
  })
})

describe('what is no Space, or not yet', () => {
  const health = { status: 'ok', model_loaded: true, model: 'm', version: null }
  const cases: [string, RequestListener, string][] = [
    [
      'sleeps',
      (_request, response) => void response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Sleeping'),
      'SPACE_NOT_READY',
    ],
    [
      'is a site that asks for a sign-in',
      (request, response) =>
        request.url === '/login'
          ? void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in')
          : void response.writeHead(302, { location: '/login' }).end(),
      'DEPLOYED_ANSWER_INVALID',
    ],
    [
      'is any web site',
      (_request, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Nothing here'),
      'DEPLOYED_ANSWER_INVALID',
    ],
    [
      'answers with chances that are none',
      (request, response) =>
        json(request.url === '/health' ? health : { label: 'a', confidence: 7, all_probabilities: { a: 7 } })(request, response),
      'DEPLOYED_ANSWER_INVALID',
    ],
    [
      'shows a web page',
      (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi'),
      'SPACE_NOT_READY',
    ],
    ['is still loading', json({ ...health, status: 'loading' }), 'SPACE_NOT_READY'],
    ['is another API', json({ hello: 'world' }), 'DEPLOYED_ANSWER_INVALID'],
    [
      'answers health only',
      (request, response) => json(request.url === '/health' ? health : {})(request, response),
      'DEPLOYED_ANSWER_INVALID',
    ],
    ['asks for a token', (_request, response) => void response.writeHead(401).end(), 'DEPLOYED_ANSWER_INVALID'],
    ['is endless', (_request, response) => void response.writeHead(200).end(Buffer.alloc(2_000_000, 32)), 'DEPLOYED_ANSWER_INVALID'],
    ['hangs up', (request) => void request.socket.destroy(), 'DEPLOYED_UNREACHABLE'],
    [
      'goes round in circles',
      (request, response) => void response.writeHead(302, { location: request.url }).end(),
      'DEPLOYED_ANSWER_INVALID',
    ],
  ]
  test.each(cases)('%s', async (_title, listener, code) => {
    expect((await errorOf(check(await serve(listener)))).code).toBe(code)
  })

  test('redirects to another host are not followed', async () => {
    let wasAsked = false
    const inner = await serve((_request, response) => {
      wasAsked = true
      response.end()
    })
    const outer = await serve((_request, response) => void response.writeHead(307, { location: `${inner}/health` }).end())
    expect((await errorOf(check(outer))).code).toBe('DEPLOYED_ANSWER_INVALID')
    expect(wasAsked).toBe(false)
  })

  test.each([
    '',
    'ftp://example.org',
    'file:///etc/passwd',
    'http://example.org',
    'http://169.254.169.254/',
    'http://user:pw@127.0.0.1',
    'javascript:1',
  ])('the address %j is refused before anybody is asked', (url) =>
    expect(() => deployedAddress(url)).toThrow(expect.objectContaining({ info: expect.objectContaining({ code: 'ARGUMENT_INVALID' }) })),
  )
})

describe('a Space by its page on the hub', () => {
  const health = { status: 'ok', model_loaded: true, model: 'm', version: null }
  const answer = { label: 'a', confidence: 1, all_probabilities: { a: 1 } }

  test('is asked where it answers; only the account’s own private Space is shown the token', async () => {
    const standIn = await startSpaceHub()
    const tokens = new Set<string | undefined>()
    standIn.host = await serve((request, response) => {
      tokens.add(request.headers.authorization)
      if (request.url === '/health') return json(health)(request, response)
      if (request.url === '/predict') return json(answer)(request, response)
      response.writeHead(404).end()
    })
    const hub = new SpaceHub(standIn.settings())
    for (const name of ['ada/mine', 'someone/theirs']) standIn.addSpace(name, {})
    standIn.spaces.get('someone/theirs')!.isPrivate = true
    const pageOf = (name: string): string => `${standIn.endpoint}/spaces/${name}`
    expect(await check(pageOf('ada/mine'), { hub })).toMatchObject({ kind: 'api', comparison: null })
    await check(pageOf('someone/theirs'), { hub })
    expect([...tokens], 'public, or somebody else’s').toEqual([undefined])
    standIn.spaces.get('ada/mine')!.isPrivate = true
    tokens.clear()
    await check(pageOf('ada/mine'), { hub })
    expect([...tokens]).toEqual([`Bearer ${standIn.token}`])
    expect((await errorOf(check(pageOf('ada/nothing'), { hub }))).code).toBe('HUB_NOT_FOUND')
  })

  test('that sleeps is named so, in the hub’s word', async () => {
    const standIn = await startSpaceHub()
    standIn.addSpace('ada/mine', {})
    standIn.stage = 'SLEEPING'
    standIn.host = await serve((_request, response) => void response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>zzz'))
    const error = await errorOf(check(`${standIn.endpoint}/spaces/ada/mine`, { hub: new SpaceHub(standIn.settings()) }))
    expect(error).toMatchObject({
      code: 'SPACE_NOT_READY',
      cause: expect.stringContaining('SLEEPING'),
      suggestion: expect.stringContaining('wait'),
    })
  })

  test('answers are compared class by class', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/health') return json(health)(request, response)
      if (request.url === '/predict') return json(answer)(request, response)
      response.writeHead(404).end()
    })
    const localModel: CheckOptions['localModel'] = {
      ask: async (texts) => ({
        ...({ with: 'folder', title: 'news', checkpoint: 'step-000010' } as const),
        answers: texts.map(() => ({ label: 'b', all_probabilities: { a: 0.25, b: 0.75 } })),
      }),
    }
    const result = await check(url, { localModel })
    expect(result).toMatchObject({
      comparison: { with: 'folder', title: 'news', checkpoint: 'step-000010', labelsEqual: false, largestDifference: 0.75 },
    })
    expect(result.kind === 'api' && result.answers).toHaveLength(3)
  })

  test('its latency says of how many requests it is; a 95th percentile needs twenty', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/health') return json(health)(request, response)
      if (request.url === '/predict') return json(answer)(request, response)
      response.writeHead(404).end()
    })
    const quick = await check(url, { timingMs: Infinity })
    const slow = await check(url, { timingMs: 0 })
    expect(quick).toMatchObject({ latency: { count: 21, p95Ms: expect.any(Number) } })
    expect(slow).toMatchObject({ answers: { length: 3 }, latency: { count: 3, p95Ms: null } })
  })
})
