/**
 * Serves the lab to a browser on this machine: the page's files over HTTP, the contract over a WebSocket at /rpc. Loopback
 * only, from the first day; every request passes `access.ts` and stays within `limits.ts`. It knows nothing of what the
 * calls do.
 */
import type { IncomingMessage, Server } from 'node:http'
import { createServer, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { LabRouter } from '../lab/index.ts'
import { assertLoopback, createToken, hostAllowed, loopback, originAllowed, tokenMatches, tokenOf } from '../http/access.ts'
import { portRefused } from '../http/listen.ts'
import { serveCalls } from './guarded-calls.ts'
import { limits, retryAfterSeconds } from './limits.ts'
import { pageRequests, pathOf } from './page-requests.ts'

const usualPort = 4780

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
  /** Where to listen; only this machine itself is possible. */
  host?: string
}

/** Throws PORT_IN_USE where `port` was asked for and is taken, ARGUMENT_INVALID for a `host` that is not this machine alone. */
export async function serveOverWebSocket({ router, rendererDirectory, port, host = loopback }: ServeOptions): Promise<ServedLab> {
  assertLoopback(host)
  const token = createToken()
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkMs,
      maxHeaderSize: limits.headerBytes,
    },
    pageRequests(rendererDirectory, () => boundPort),
  )
  server.timeout = limits.idleMs
  server.maxConnections = limits.connections
  const boundPort = await listen(server, port)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes })

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const status = sockets.clients.size >= limits.webSockets ? 429 : upgradeStatus(request, boundPort, token)
    if (status === 101) sockets.handleUpgrade(request, socket, head, (webSocket) => serveCalls(webSocket, router))
    else refuseUpgrade(socket, status)
  })

  return {
    port: boundPort,
    token,
    url: `http://${loopback}:${boundPort}/#token=${token}`,
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
  if (pathOf(request) !== '/rpc') return 404
  return tokenMatches(tokenOf(request.headers), token) ? 101 : 401
}

function refuseUpgrade(socket: Duplex, status: number): void {
  const retry = status === 429 ? `Retry-After: ${retryAfterSeconds}\r\n` : ''
  // Not half open: whoever is refused holds no connection.
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${retry}Connection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
}

async function listen(server: Server, asked: number | undefined): Promise<number> {
  try {
    return await listenOn(server, asked ?? usualPort)
  } catch (error) {
    const refused = portRefused(error, asked ?? usualPort)
    if (refused === null) throw error
    if (asked === undefined) return listenOn(server, 0)
    throw refused
  }
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, loopback, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
