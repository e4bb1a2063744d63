/**
 * Calls over one WebSocket, within limits: a message that is larger than its call can need ends the connection, a call too
 * many is refused with TOO_BUSY, and a client that does not read is dropped. Who may connect is decided before.
 */
import { ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import type { MessageEvent, WebSocket } from 'ws'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { LabRouter } from '../lab/index.ts'
import { limits, retryAfterSeconds } from './limits.ts'

const tooLargeCode = 1009

const tooBusy: LabErrorInfo = {
  code: 'TOO_BUSY',
  title: 'The lab has too much to do at once',
  cause: `More than ${limits.calls} calls of one page wait for their answer.`,
  suggestion: `Try again in ${retryAfterSeconds} second.`,
}

/** Answers the calls that arrive on `webSocket` until it closes. */
export function serveCalls(webSocket: WebSocket, router: LabRouter): void {
  let waiting = 0
  const handler = new RPCHandler(router, {
    interceptors: [
      async ({ next }) => {
        if (waiting >= limits.calls) throw new ORPCError('LAB', { defined: true, status: 429, message: tooBusy.title, data: tooBusy })
        waiting++
        try {
          return await next()
        } finally {
          waiting--
        }
      },
    ],
  })
  // A message over the limit of all, or one that is no WebSocket frame: ws closes the connection and says why.
  webSocket.on('error', () => webSocket.terminate())
  void handler.upgrade({ send: sendUnlessUnread(webSocket), addEventListener: listenToSmall(webSocket) })
}

const sendUnlessUnread =
  (webSocket: WebSocket) =>
  (data: Parameters<WebSocket['send']>[0]): void => {
    if (webSocket.bufferedAmount > limits.unreadBytes) webSocket.terminate()
    else webSocket.send(data)
  }

/** As the socket's own `addEventListener`, but messages that are too large, or belong to no call, do not arrive. */
function listenToSmall(webSocket: WebSocket): WebSocket['addEventListener'] {
  const listen = (type: 'message', listener: (event: MessageEvent) => void): void =>
    webSocket.addEventListener(type, (event) => {
      if (type !== 'message') listener(event)
      else if (!fits(event.data)) webSocket.close(tooLargeCode, 'message too large')
      else if (lacksId(event.data)) console.error('A message without an id was left unanswered.')
      else listener(event)
    })
  return listen as WebSocket['addEventListener']
}

function fits(data: unknown): boolean {
  if (typeof data === 'string') return Buffer.byteLength(data) <= limits.messageBytes
  // Pieces never come: ws puts them together.
  return Buffer.isBuffer(data) && data.byteLength <= limits.messageBytes
}

/** oRPC takes it for the end of every call of the connection. */
function lacksId(data: unknown): boolean {
  if (typeof data !== 'string' || data.startsWith('{"i":')) return false
  try {
    const message: unknown = JSON.parse(data)
    return typeof message === 'object' && message !== null && !Array.isArray(message) && !('i' in message)
  } catch {
    return false // No JSON: oRPC says so.
  }
}
