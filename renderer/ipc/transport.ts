/**
 * The two ways to the lab: a MessagePort that the preload hands over (desktop), or a WebSocket to the server
 * that sent this page (headless lab). Nothing else in the page knows which one it is on. Opens one connection
 * and says when it is gone; opening it again is `client.ts`'s business.
 */
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ClientContext, ClientLink } from '@orpc/client'
import { takeToken } from './token.ts'

export interface Connection {
  link: ClientLink<ClientContext>
  /** Resolves when the other end is gone. */
  closed: Promise<void>
  close(): void
}

export type RefusalReason = 'unreachable' | 'unauthorized'

export class ConnectionRefused extends Error {
  override readonly name = 'ConnectionRefused'
  readonly reason: RefusalReason

  constructor(reason: RefusalReason) {
    super(reason)
    this.reason = reason
  }
}

const isDesktop = location.protocol === 'app:' || navigator.userAgent.includes('Electron/')
const portTimeoutMs = 10_000

/** Opens a connection; rejects with `ConnectionRefused`. */
export function openConnection(): Promise<Connection> {
  return isDesktop ? openPort() : openSocket()
}

function openPort(): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      window.removeEventListener('message', receive)
      reject(new ConnectionRefused('unreachable'))
    }, portTimeoutMs)
    const receive = (event: MessageEvent): void => {
      const port = event.ports[0]
      if (event.source !== window || event.data !== 'distrinews:port' || !port) return
      window.removeEventListener('message', receive)
      clearTimeout(timer)
      // The lab lives in the process that owns this window: where it goes, the window goes, and Chromium does not tell a port's end.
      const closed = new Promise<void>(() => undefined)
      const link = new PortLink({ port })
      port.start()
      resolve({ link, closed, close: () => port.close() })
    }
    window.addEventListener('message', receive)
    window.postMessage('distrinews:ready', location.origin)
  })
}

async function openSocket(): Promise<Connection> {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const token = takeToken()
  const socket = new WebSocket(`${scheme}://${location.host}/rpc`, token === null ? [] : [`distrinews.bearer.${token}`])
  const closed = new Promise<void>((done) => socket.addEventListener('close', () => done()))
  const opened = await new Promise<boolean>((done) => {
    socket.addEventListener('open', () => done(true), { once: true })
    socket.addEventListener('close', () => done(false), { once: true })
  })
  if (!opened) throw new ConnectionRefused((await answersHealth()) ? 'unauthorized' : 'unreachable')
  return { link: new SocketLink({ websocket: socket }), closed, close: () => socket.close() }
}

/** A browser does not tell why a WebSocket was refused: a lab that is up but refuses us wants another token. */
async function answersHealth(): Promise<boolean> {
  try {
    return (await fetch('/health', { cache: 'no-store' })).ok
  } catch {
    return false
  }
}
