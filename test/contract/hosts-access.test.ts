/** Who may talk to the served lab, tried from outside with raw requests. */
import { request, type IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { limits } from '../../electron/hosts/limits.ts'
import type { ServedLab } from '../../electron/hosts/websocket.ts'
import { createLab, type Lab } from '../../electron/lab/index.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { serve } from '../helpers/contract-clients.ts'

let labDirectory: string
let lab: Lab
let served: ServedLab

beforeAll(async () => {
  labDirectory = await mkdtemp(join(tmpdir(), 'distrinews-'))
  lab = await createLab({ labDirectory })
  served = await serve(lab)
})
afterAll(async () => {
  await served.close()
  await lab.close()
  await rm(labDirectory, { recursive: true, force: true })
})

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Sends exactly this path and these headers, as no browser would. */
function ask(path: string, { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: served.port, path, method, headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
    })
    sent.on('error', reject).end()
  })
}

/** HTTP status of an upgrade: 101 where the WebSocket opened. */
function upgrade(protocols: string[], headers: Record<string, string> = {}, path = '/rpc'): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${served.port}${path}`, protocols, { headers })
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('unexpected-response', (sent, response) => {
      sent.destroy()
      resolve(response.statusCode!)
    })
    socket.on('error', reject)
  })
}

const bearer = (token: string): string[] => [`distrinews.bearer.${token}`]

describe('the page', () => {
  it('is served with its policy', async () => {
    for (const path of ['/', '/index.html', '/?query']) {
      const { status, headers, body } = await ask(path)
      expect(status).toBe(200)
      expect(body).toContain('<title>page</title>')
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/)
    }
    expect((await ask('/assets/page.js')).headers['content-type']).toBe('text/javascript; charset=utf-8')
  })

  it.each([
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/package.json',
    '//etc/passwd',
    '/assets',
    '/assets/../../x',
    '/rpc',
    '/%00',
  ])('has nothing at %s', async (path) => {
    expect((await ask(path)).status).toBe(404)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('refuses %s', async (method) => {
    expect((await ask('/', { method })).status).toBe(405)
  })

  it('answers HEAD without a body', async () => {
    expect(await ask('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
    expect(await ask('/health', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it('says that it is well, and no more', async () => {
    const { status, body } = await ask('/health')
    expect(status).toBe(200)
    expect(JSON.parse(body)).toEqual({ status: 'ok', name: 'distrinews-lab' })
  })

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', '0.0.0.0'])(
    'refuses the host %s, for files and calls alike',
    async (host) => {
      expect((await ask('/', { headers: { host } })).status).toBe(403)
      expect((await ask('/health', { headers: { host } })).status).toBe(403)
      expect(await upgrade(bearer(served.token), { host })).toBe(403)
    },
  )
})

describe('the contract', () => {
  it('is open to the token, as subprotocol or header, from the own page or a program', async () => {
    expect(await upgrade(bearer(served.token))).toBe(101)
    expect(await upgrade([], { authorization: `Bearer ${served.token}` })).toBe(101)
    expect(await upgrade(bearer(served.token), { origin: `http://localhost:${served.port}` })).toBe(101)
  })

  it.each(['', 'wrong', 'A'.repeat(43), 'A'.repeat(5000)])('is closed to the token %.12j', async (token) => {
    expect(await upgrade(token === '' ? [] : bearer(token))).toBe(401)
    expect(await upgrade([], { authorization: `Bearer ${token}` })).toBe(401)
  })

  it('does not take the token from the address', async () => {
    expect(await upgrade([], {}, `/rpc?token=${served.token}`)).toBe(401)
  })

  it.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://127.0.0.1'])(
    'refuses the origin %s even with the token',
    async (origin) => {
      expect(await upgrade(bearer(served.token), { origin })).toBe(403)
    },
  )

  it('is at /rpc only', async () => {
    expect(await upgrade(bearer(served.token), {}, '/other')).toBe(404)
  })

  it('ends a connection that sends too much, and goes on with the others', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${served.port}/rpc`, bearer(served.token))
    const code = await new Promise<number>((resolve) => {
      socket.on('open', () => socket.send(Buffer.alloc(limits.messageBytes + 1)))
      socket.on('error', () => undefined)
      socket.on('close', resolve)
    })
    expect([1009, 1006]).toContain(code)
    expect(await upgrade(bearer(served.token))).toBe(101)
  })

  it('survives messages that are no calls, and logs them', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const socket = new WebSocket(`ws://127.0.0.1:${served.port}/rpc`, bearer(served.token))
    await new Promise((resolve) => socket.on('open', resolve))
    for (const message of ['', '{', '[]', '{"i":1}', 'null', Buffer.from([255, 0, 1])]) socket.send(message)
    expect(await upgrade(bearer(served.token))).toBe(101)
    await vi.waitFor(() => expect(logged).toHaveBeenCalledTimes(6))
    logged.mockRestore()
    socket.terminate()
  })
})

describe('the door', () => {
  it('has another token each time', async () => {
    const other = await serve(lab)
    expect(other.token).not.toBe(served.token)
    expect(other.token).toMatch(/^[\w-]{43}$/)
    await other.close()
  })

  it('says so where the port is taken', async () => {
    const error: unknown = await serve(lab, served.port).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LabError)
    expect((error as LabError).info.code).toBe('PORT_IN_USE')
  })

  it('frees its port when it closes, though connections are open', async () => {
    const other = await serve(lab)
    const socket = new WebSocket(`ws://127.0.0.1:${other.port}/rpc`, bearer(other.token))
    await new Promise((resolve) => socket.on('open', resolve))
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.on('error', () => undefined)
    await other.close()
    await closed
    await new Promise<void>((resolve, reject) => {
      const probe = createServer().once('error', reject)
      probe.listen(other.port, '127.0.0.1', () => probe.close(() => resolve()))
    })
  })
})
