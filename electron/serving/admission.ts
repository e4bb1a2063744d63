/**
 * Who may ask a served model, and where it may listen. On this machine: anybody, but under its own names, so that no web
 * page reaches it by renaming itself (DNS rebinding). Beyond it: holders of the token, unless it is meant for the public.
 * There is no CORS: pages of other sites cannot read answers.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { LabError } from '../../shared/contract/errors.ts'
import { loopback, tokenMatches, tokenOf } from '../http/access.ts'
import { foreignHost, tokenWrong } from './errors.ts'

export interface AdmissionOptions {
  /** Address to listen on. Absent: this machine alone, or, where public, every address. */
  host?: string | undefined
  /** Bearer token for predictions. */
  token?: string | undefined
  /** Meant for everybody who can reach it. */
  isPublic?: boolean | undefined
}

export interface Admission {
  host: string
  /** May be shown in frames of other sites. */
  isPublic: boolean
  needsToken: boolean
  /** Throws what any request must be refused with. */
  checkHost(headers: IncomingHttpHeaders): void
  /** Throws what a prediction must be refused with. */
  checkToken(headers: IncomingHttpHeaders): void
}

const localNames = new Set(['127.0.0.1', 'localhost', '[::1]'])
const loopbackAddresses = new Set([loopback, 'localhost', '::1'])

/** Throws ARGUMENT_INVALID where the server would be open to a network that nobody spoke of. */
export function admit({ host: asked, token, isPublic = false }: AdmissionOptions): Admission {
  const host = asked ?? (isPublic ? '0.0.0.0' : loopback)
  const isLocal = loopbackAddresses.has(host)
  if (!isLocal && !isPublic && token === undefined) {
    throw new LabError({
      code: 'ARGUMENT_INVALID',
      title: `The model is not served at ${host} without a token`,
      cause: 'Everybody on that network could use it.',
      suggestion: 'Add --token SECRET, or --public if everybody may.',
    })
  }
  return {
    host,
    isPublic,
    needsToken: token !== undefined,
    checkHost: ({ host: named = '' }) => {
      if (isLocal && !isPublic && !localNames.has(named.replace(/:\d+$/, '').toLowerCase())) throw foreignHost()
    },
    checkToken: (headers) => {
      if (token !== undefined && !tokenMatches(tokenOf(headers), token)) throw tokenWrong()
    },
  }
}
