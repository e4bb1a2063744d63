/**
 * Who may talk to the served lab. Three locks, each against another intruder: Host (a foreign name that was rebound to
 * this machine), Origin (a page of another site in the same browser), token (another user or program on this machine).
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { LabError } from '../../shared/contract/errors.ts'

/** A browser cannot set headers on a WebSocket, so the token travels as a subprotocol. */
export const bearerProtocolPrefix = 'distrinews.bearer.'

export const createToken = (): string => randomBytes(32).toString('base64url')

/** The only address the lab listens on. */
export const loopback = '127.0.0.1'

/** There is no TLS here: on any other address, token and headlines would cross the network readable. Throws ARGUMENT_INVALID. */
export function assertLoopback(host: string): void {
  if (host === loopback || host === 'localhost') return
  throw new LabError({
    code: 'ARGUMENT_INVALID',
    title: `The lab cannot be served at ${host}`,
    cause: `It is served without encryption (TLS), and therefore on this machine alone, at ${loopback}.`,
    suggestion:
      'From another machine, open a tunnel: ssh -L 4780:127.0.0.1:4780 THIS-MACHINE, and open the address that the lab prints there.',
  })
}

/** Whether the request names this machine itself, at this port. */
export const hostAllowed = (headers: IncomingHttpHeaders, port: number): boolean => localHosts(port).includes(headers.host ?? '')

/** A browser always sends the Origin of the page; other programs may leave it out. */
export const originAllowed = (headers: IncomingHttpHeaders, port: number): boolean =>
  headers.origin === undefined || localHosts(port).some((host) => headers.origin === `http://${host}`)

/** The token that the request carries, as subprotocol or Authorization header; '' where there is none. */
export function tokenOf(headers: IncomingHttpHeaders): string {
  const protocol = (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .find((name) => name.startsWith(bearerProtocolPrefix))
  if (protocol !== undefined) return protocol.slice(bearerProtocolPrefix.length)
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
}

/** Compares digests, so that neither length nor content shows in the time it takes. */
export const tokenMatches = (given: string, expected: string): boolean => timingSafeEqual(sha256(given), sha256(expected))

const localHosts = (port: number): string[] => [`${loopback}:${port}`, `localhost:${port}`]
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
