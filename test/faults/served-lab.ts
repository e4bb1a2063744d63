/** Whoever may not talk to the served lab, and whoever asks too much of it, is refused; those who may are served meanwhile. */
import { stageFile } from '../helpers/stage-file.ts'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { limits } from '../../electron/hosts/limits.ts'
import { type ServedLab, serveOverWebSocket } from '../../electron/hosts/websocket.ts'
import { createLab } from '../../electron/lab/index.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { all, type Effort, type Fault, type Figure, none, within } from './fault.ts'
import { openClient } from './contract-client.ts'
import { answerTo, head, opened, statusOf } from './raw-http.ts'
import { inTemporaryDirectory } from './temporary.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']
const key = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' }

/** Every combination, and only those that must be are let in. */
async function matrix(port: number): Promise<Figure> {
  const hosts = [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    '127.0.0.1',
    `evil.example:${port}`,
    `127.0.0.1:${port + 1}`,
    `[::1]:${port}`,
    '',
  ]
  const origins = [
    undefined,
    `http://127.0.0.1:${port}`,
    `http://localhost:${port}`,
    'null',
    'https://evil.example',
    `https://127.0.0.1:${port}`,
  ]
  const wrong: string[] = []
  for (const host of hosts)
    for (const origin of origins)
      for (const method of methods)
        for (const path of ['/', '/health']) {
          const mayCome = hosts.indexOf(host) < 2 && origins.indexOf(origin) < 3
          const expected = !mayCome ? 403 : method === 'GET' || method === 'HEAD' ? 200 : 405
          const status = await statusOf(port, head(method, path, { Host: host, ...(origin === undefined ? {} : { Origin: origin }) }))
          if (status !== expected) wrong.push(`${method} ${path} of host ${host}, origin ${origin}: ${status}, not ${expected}`)
        }
  return none('Host × Origin × method: answers that are not the right one', hosts.length * origins.length * methods.length * 2, wrong)
}

async function refusals(port: number, token: string): Promise<Figure> {
  const own = { Host: `127.0.0.1:${port}` }
  const body = 'x'.repeat(2 * 1024 * 1024)
  const cases: [string, string, (number | null)[]][] = [
    ['text/plain POST', `${head('POST', '/rpc', { ...own, 'Content-Type': 'text/plain', 'Content-Length': '2' })}{}`, [405]],
    ['JSON POST', `${head('POST', '/', { ...own, 'Content-Type': 'application/json', 'Content-Length': '2' })}{}`, [405]],
    ['a body of 2 MiB', head('POST', '/', { ...own, 'Content-Length': String(body.length) }) + body, [405]],
    ['GET with a body', `${head('GET', '/', { ...own, 'Content-Length': '2' })}{}`, [413]],
    ['headers of 32 KiB', head('GET', '/', { ...own, X: 'x'.repeat(32 * 1024) }), [431]],
    ['an address that is none', head('GET', '//', own), [400]],
    ['an address that is none, upgraded', head('GET', '//', { ...own, ...key }), [404]],
    ['another scheme', head('GET', 'http://[/', own), [400]],
    ['a proxy request', head('CONNECT', 'evil.example:443', { Host: 'evil.example:443' }), [400, 403, 405, null]],
    ['not HTTP', Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0]).toString('latin1'), [400]],
    ['two lengths', head('POST', '/', { ...own, 'Content-Length': '2', 'content-length': '3' }), [400]],
    ['upgrade without token', head('GET', '/rpc', { ...own, ...key }), [401]],
    ['upgrade with another token', head('GET', '/rpc', { ...own, ...key, Authorization: `Bearer ${'A'.repeat(43)}` }), [401]],
    ['upgrade with the token in the address', head('GET', `/rpc?token=${token}`, { ...own, ...key }), [401]],
    ['upgrade of another host', head('GET', '/rpc', { Host: 'evil.example', ...key, Authorization: `Bearer ${token}` }), [403]],
    [
      'upgrade of another page',
      head('GET', '/rpc', { ...own, ...key, Origin: 'https://evil.example', Authorization: `Bearer ${token}` }),
      [403],
    ],
  ]
  const wrong: string[] = []
  for (const [what, request, expected] of cases) {
    const status = await statusOf(port, request)
    if (!expected.includes(status)) wrong.push(`${what}: ${status}`)
  }
  return none('requests that must be refused and were not, or otherwise', cases.length, wrong)
}

async function slowSenders(port: number, long: boolean): Promise<Figure[]> {
  const count = 200
  const sockets = await Promise.all(Array.from({ length: count }, () => opened(port)))
  const began = performance.now()
  const endings = Promise.all(sockets.map((socket) => once(socket.resume(), 'close')))
  const drip = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write('X-a: b\r\n')), 500)
  sockets.forEach((socket) => socket.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`))
  const times: number[] = []
  const bad: string[] = []
  for (let i = 0; i < (long ? 300 : 50); i++) {
    const asked = performance.now()
    const answer = await answerTo(port, head('GET', '/health', { Host: `127.0.0.1:${port}` }))
    times.push(performance.now() - asked)
    if (!answer.startsWith('HTTP/1.1 200')) bad.push(answer.slice(0, 20))
    await delay(5)
  }
  await Promise.race([endings, delay(limits.headersMs + limits.checkMs + 4_000)])
  clearInterval(drip)
  const ended = sockets.filter((socket) => socket.destroyed || socket.closed || socket.readableEnded).length
  sockets.forEach((socket) => socket.destroy())
  return [
    within('/health while 200 sockets send their headers slowly', 100, times, 0.99),
    none('/health refused meanwhile', times.length, bad),
    all(`slow sockets ended by the lab (after ${((performance.now() - began) / 1000).toFixed(1)} s)`, ended, count),
  ]
}

/** Readers that never read hold their answers up; others are told to come again, and /health is answered. */
async function slowReaders(port: number): Promise<Figure> {
  const own = { Host: `127.0.0.1:${port}` }
  const stalled: Socket[] = []
  for (let i = 0; i < limits.answers; i++) {
    const socket = await opened(port)
    socket.pause().write(head('GET', '/large.js', own))
    stalled.push(socket)
  }
  await delay(200)
  const answer = await answerTo(port, head('GET', '/', own))
  const health = await statusOf(port, head('GET', '/health', own))
  stalled.forEach((socket) => socket.destroy())
  const measured = `${answer.slice(9, 12)}, ${/Retry-After: \d+/i.exec(answer)?.[0] ?? 'no Retry-After'}, /health ${health}`
  return {
    what: `the answer after ${limits.answers} that nobody reads`,
    goal: '429, Retry-After: 1, /health 200',
    measured,
    pass: measured === '429, Retry-After: 1, /health 200',
  }
}

async function messages(served: ServedLab): Promise<Figure[]> {
  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${served.port}/rpc`, [`distrinews.bearer.${served.token}`])
    socket.on('error', () => undefined)
    await once(socket, 'open')
    return socket
  }
  const closeCode = async (message: string | Buffer): Promise<number> => {
    const socket = await open()
    socket.send(message)
    const [code] = (await once(socket, 'close')) as [number]
    return code
  }
  const text = 'x'.repeat(limits.messageBytes)
  const large = {
    text: await closeCode(`{"i":"1","p":{"u":"/runs/get","b":{"json":{"runId":"${text}"}}}}`),
    binary: await closeCode(Buffer.alloc(limits.messageBytes + 1)),
  }
  const huge = await closeCode(Buffer.alloc(10 * limits.messageBytes + 1))

  const { client, close } = await openClient(served)
  const rows = Array.from(
    { length: 120_000 },
    (_, row) => `${row % 2 === 0 ? 'World' : 'Sports'},headline number ${row} of a file of some size`,
  )
  const { preview } = await stageFile(client, 'large.csv', `label,text\n${rows.join('\n')}\n`)
  const calls = await Promise.allSettled(Array.from({ length: 10 * limits.calls }, () => client.runs.list()))
  const busy = calls.filter((call) => call.status === 'rejected' && JSON.stringify(call.reason).includes('TOO_BUSY')).length
  const answered = calls.filter((call) => call.status === 'fulfilled').length
  const after = await client.runs.list().then(
    () => 'answered',
    (error: unknown) => String(error),
  )
  close()
  return [
    {
      what: 'a WebSocket message over 1 MiB, and one ten times that',
      goal: 'closed with 1009',
      measured: `${large.text}, ${large.binary}, ${huge}`,
      pass: large.text === 1009 && large.binary === 1009 && [1009, 1006].includes(huge),
    },
    {
      what: 'a CSV of 6 MB uploaded all the same',
      goal: '120000 rows',
      measured: `${preview.rowCount} rows`,
      pass: preview.rowCount === 120_000,
    },
    {
      what: `${calls.length} calls at once`,
      goal: 'some refused as TOO_BUSY, the others answered, the next one, too',
      measured: `${busy} TOO_BUSY, ${answered} answered, then ${after}`,
      pass: busy > 0 && answered >= limits.calls && busy + answered === calls.length && after === 'answered',
    },
  ]
}

async function otherAddresses(): Promise<Figure> {
  const hosts = ['0.0.0.0', '::', '192.0.2.1', 'example.org', '']
  const results = await Promise.all(
    hosts.map((host) =>
      serveOverWebSocket({ router: {} as never, rendererDirectory: import.meta.dirname, port: 0, host }).then(
        async (served) => (await served.close(), 'served'),
        (error: unknown) => (error instanceof LabError ? error.info.code : String(error)),
      ),
    ),
  )
  return all(
    'addresses of other machines refused (there is no TLS)',
    results.filter((result) => result === 'ARGUMENT_INVALID').length,
    hosts.length,
  )
}

async function servedLab({ long }: Effort): Promise<Figure[]> {
  return inTemporaryDirectory(async (directory) => {
    const page = join(directory, 'page')
    await mkdir(page)
    await writeFile(join(page, 'index.html'), '<title>page</title>')
    await writeFile(join(page, 'large.js'), Buffer.alloc(32 * 1024 * 1024, ' '))
    const logged: string[] = []
    const original = { log: console.log, error: console.error, warn: console.warn }
    const record = (...parts: unknown[]): void => void logged.push(parts.map(String).join(' '))
    Object.assign(console, { log: record, error: record, warn: record })
    const lab = await createLab({ labDirectory: join(directory, 'lab') })
    const served = await serveOverWebSocket({ router: lab.router, rendererDirectory: page, port: 0 })
    try {
      const { port, token } = served
      const figures = [
        await matrix(port),
        await refusals(port, token),
        ...(await messages(served)),
        await slowReaders(port),
        ...(await slowSenders(port, long)),
        await otherAddresses(),
      ]
      const health = await answerTo(port, head('GET', '/health', { Host: `127.0.0.1:${port}` }))
      const leaks = [...logged, health].filter((text) => text.includes(token) || text.includes(directory))
      return [...figures, none('lines of the log, and /health, that hold the token or a path', logged.length + 1, leaks)]
    } finally {
      Object.assign(console, original)
      await served.close()
      await lab.close()
    }
  })
}

/** Without the guard: a server that answers whatever is asked. */
async function openToAll(): Promise<Figure[]> {
  const server = createServer((_, response) => void response.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    return [await matrix(port), await refusals(port, 'token')]
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

export const servedLabFault: Fault = {
  name: 'served-lab',
  title: 'Host × Origin × method, slow headers × 200 sockets, oversize, text/plain POST, upgrade without token',
  run: servedLab,
  withoutGuard: { what: 'a server that checks nothing', run: openToAll },
}
