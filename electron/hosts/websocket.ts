/**
 * Serves the lab to a browser on this machine: the page's files over HTTP, the contract over a WebSocket at /rpc. Loopback
 * only, from the first day; every request passes `access.ts`. It knows nothing of what the calls do.
 */
import { createReadStream } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import { LabError } from '../../shared/contract/errors.ts'
import type { LabRouter } from '../lab/index.ts'
import { createToken, hostAllowed, originAllowed, tokenMatches, tokenOf } from './access.ts'
import { contentSecurityPolicy } from './content-security-policy.ts'
import { mapStaticFiles } from './static-files.ts'

const host = '127.0.0.1'
const usualPort = 4780
/** The largest CSV the contract takes is 48 MiB; JSON escapes make it longer. */
export const maxMessageBytes = 64 * 1024 * 1024

export interface ServedLab {
  port: number
  token: string
  /** What a person opens: the token rides in the fragment, which browsers do not send. */
  url: string
  /** Ends every connection and frees the port. */
  close(): Promise<void>
}

export interface ServeOptions {
  router: LabRouter
  /** Built page. */
  rendererDirectory: string
  /** 0: any free one. Absent: the usual one where it is free, any other else. */
  port?: number
}

/** Throws PORT_IN_USE where `port` was asked for and is taken. */
export async function serveOverWebSocket({ router, rendererDirectory, port }: ServeOptions): Promise<ServedLab> {
  const files = mapStaticFiles(rendererDirectory)
  const token = createToken()
  const server = createServer((request, response) => answer(request, response, boundPort))
  const boundPort = await listen(server, port)
  const headers = securityHeaders(boundPort)
  const handler = new RPCHandler(router)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes })

  function answer(request: IncomingMessage, response: ServerResponse, ownPort: number): void {
    const path = new URL(request.url ?? '/', 'http://local').pathname
    if (!hostAllowed(request.headers, ownPort)) return refuse(response, 403)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
    if (path === '/health')
      return send(response, 'application/json; charset=utf-8', JSON.stringify({ status: 'ok', name: 'distrinews-lab' }))
    const found = files.get(path)
    if (!found) return refuse(response, 404)
    response.writeHead(200, { ...headers, 'Content-Type': found.mediaType })
    if (request.method === 'HEAD') response.end()
    else
      createReadStream(found.file)
        .on('error', () => response.destroy())
        .pipe(response)
  }

  function send(response: ServerResponse, mediaType: string, body: string, status = 200): void {
    response.writeHead(status, { ...headers, 'Content-Type': mediaType }).end(response.req.method === 'HEAD' ? undefined : body)
  }
  const refuse = (response: ServerResponse, status: number): void =>
    send(response, 'text/plain; charset=utf-8', `${STATUS_CODES[status]}\n`, status)

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const status = upgradeStatus(request, boundPort, token)
    if (status !== 101) {
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      // A message over the limit, or one that is no WebSocket frame: ws closes the connection and says why.
      webSocket.on('error', () => webSocket.terminate())
      void handler.upgrade(webSocket)
    })
  })

  return {
    port: boundPort,
    token,
    url: `http://${host}:${boundPort}/#token=${token}`,
    close: () =>
      new Promise((resolve) => {
        for (const webSocket of sockets.clients) webSocket.terminate()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function upgradeStatus(request: IncomingMessage, port: number, token: string): 101 | 401 | 403 | 404 {
  if (!hostAllowed(request.headers, port) || !originAllowed(request.headers, port)) return 403
  if (new URL(request.url ?? '/', 'http://local').pathname !== '/rpc') return 404
  return tokenMatches(tokenOf(request.headers), token) ? 101 : 401
}

async function listen(server: Server, asked: number | undefined): Promise<number> {
  try {
    return await listenOn(server, asked ?? usualPort)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    if (asked === undefined) return listenOn(server, 0)
    throw new LabError({
      code: 'PORT_IN_USE',
      title: `Port ${asked} cannot be used`,
      cause: code === 'EACCES' ? 'This user may not open it.' : 'Another program is listening on it.',
      suggestion: 'Choose another one with --port, or leave --port out and any free one is taken.',
    })
  }
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function securityHeaders(port: number): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy([`ws://127.0.0.1:${port}`, `ws://localhost:${port}`]),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-cache',
  }
}
