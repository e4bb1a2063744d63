/**
 * Requests to the hub. The connection has a short deadline of its own, so that a machine without a network hears at once; a
 * connection that falls silent is dropped. Redirects are followed here, because the token must not follow them: it is sent
 * to the endpoint's origin only.
 */
import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { LabError } from '../../shared/contract/errors.ts'
import type { HubSettings } from './settings.ts'

const connectMs = 5_000
const silentMs = 30_000
const maxRedirects = 5

/** The connection could not be made, or was lost: what a second try may mend. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

export interface HubRequest {
  method: 'GET' | 'HEAD'
  url: string
  headers?: Record<string, string>
  /** 'renames': to the new name of a repository, but not to where the bytes lie. What the hub itself says of a file stands in its own answer. */
  follow: 'everywhere' | 'renames'
  signal?: AbortSignal | undefined
}

export interface HubResponse {
  status: number
  headers: IncomingHttpHeaders
  /** To be read or destroyed. Fails with ConnectionLost where it is cut short. */
  body: IncomingMessage
}

export class HttpClient {
  readonly settings: HubSettings
  readonly #origin: string

  constructor(settings: HubSettings) {
    this.settings = settings
    this.#origin = new URL(settings.endpoint).origin
  }

  /** The first answer that is no redirect. Throws ConnectionLost, HUB_ANSWER_INVALID, or the reason of `signal`. */
  async send({ method, url, headers = {}, follow, signal }: HubRequest): Promise<HubResponse> {
    let address = new URL(url)
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const response = await this.#once(method, address, headers, signal)
      const { location } = response.headers
      if (response.status < 300 || response.status >= 400 || location === undefined) return response
      // Renamed repositories are the one thing that the hub redirects to without naming a host.
      if (follow === 'renames' && !/^\/(?!\/)/.test(location)) return response
      const next = redirectTarget(location, address)
      response.body.destroy()
      address = next
    }
    throw answerInvalid(`More than ${maxRedirects} redirects follow one another.`)
  }

  #once(method: string, address: URL, headers: Record<string, string>, signal?: AbortSignal): Promise<HubResponse> {
    const { token } = this.settings
    const authorization = token !== null && address.origin === this.#origin ? { authorization: `Bearer ${token}` } : {}
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const request = (address.protocol === 'https:' ? requestHttps : requestHttp)(address, {
        method,
        // A compressed body would have another length than the file, and no place to go on from.
        headers: { 'user-agent': 'distrinews-lab', 'accept-encoding': 'identity', ...headers, ...authorization },
      })
      const abort = (): void => void request.destroy(signal!.reason as Error)
      signal?.addEventListener('abort', abort)
      const connecting = setTimeout(() => request.destroy(new Error(`no connection within ${connectMs / 1000} s`)), connectMs)
      request.on('socket', (socket) => {
        const connected = (): void => clearTimeout(connecting)
        if (socket.connecting) socket.once(address.protocol === 'https:' ? 'secureConnect' : 'connect', connected)
        else connected()
      })
      request.setTimeout(silentMs, () => request.destroy(new Error(`nothing was heard for ${silentMs / 1000} s`)))
      request.on('error', (error) =>
        reject(signal?.aborted ? (signal.reason as Error) : new ConnectionLost(error.message, { cause: error })),
      )
      request.on('close', () => {
        clearTimeout(connecting)
        signal?.removeEventListener('abort', abort)
      })
      request.on('response', (body) => resolve({ status: body.statusCode ?? 0, headers: body.headers, body }))
      request.end()
    })
  }
}

function redirectTarget(location: string, from: URL): URL {
  const next = URL.canParse(location, from) ? new URL(location, from) : null
  const safe = next?.protocol === 'https:' || (next?.protocol === 'http:' && from.protocol === 'http:')
  if (next && safe) return next
  throw answerInvalid('It redirects to an address that the lab does not follow.')
}

export const answerInvalid = (cause: string): LabError =>
  new LabError({
    code: 'HUB_ANSWER_INVALID',
    title: 'The hub gave an answer that the lab does not understand',
    cause,
    suggestion: 'Check HF_ENDPOINT if you have set it; otherwise try again later.',
  })
