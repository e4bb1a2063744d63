/**
 * Answers plain HTTP: the page's files and /health. Nothing here takes a body, changes anything or needs the token; calls
 * go over the WebSocket.
 */
import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import { hostAllowed, originAllowed } from '../http/access.ts'
import { contentSecurityPolicy } from '../http/content-security-policy.ts'
import { limits, retryAfterSeconds } from './limits.ts'
import { mapStaticFiles } from './static-files.ts'

/** The path of a request, or null where its address makes no sense. */
export const pathOf = ({ url = '/' }: IncomingMessage): string | null =>
  URL.canParse(url, 'http://local') ? new URL(url, 'http://local').pathname : null

/** `port` is the lab's own, known once it listens. */
export function pageRequests(rendererDirectory: string, port: () => number): (request: IncomingMessage, response: ServerResponse) => void {
  const files = mapStaticFiles(rendererDirectory)
  let underWay = 0

  return (request, response) => {
    const path = pathOf(request)
    if (path === null) return refuse(response, 400)
    if (!hostAllowed(request.headers, port()) || !originAllowed(request.headers, port())) return refuse(response, 403)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
    if (hasBody(request)) return refuse(response, 413)
    if (path === '/health')
      return send(response, 'application/json; charset=utf-8', JSON.stringify({ status: 'ok', name: 'distrinews-lab' }))
    if (underWay >= limits.answers) return refuse(response, 429)
    underWay++
    response.once('close', () => underWay--)
    const found = files.get(path)
    if (!found) return refuse(response, 404)
    response.writeHead(200, { ...securityHeaders(port()), 'Content-Type': found.mediaType })
    if (request.method === 'HEAD') response.end()
    else
      createReadStream(found.file)
        .on('error', () => response.destroy())
        .pipe(response)
  }

  function send(response: ServerResponse, mediaType: string, body: string, status = 200): void {
    const headers = { ...securityHeaders(port()), 'Content-Type': mediaType }
    response.writeHead(status, headers).end(response.req.method === 'HEAD' ? undefined : body)
  }

  function refuse(response: ServerResponse, status: number): void {
    // Not kept: a body that may follow is never read.
    response.setHeader('Connection', 'close')
    if (status === 429) response.setHeader('Retry-After', retryAfterSeconds)
    send(response, 'text/plain; charset=utf-8', `${STATUS_CODES[status]}\n`, status)
  }
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

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
