/** What the hub, or the way to it, refuses a push with, in the lab's words. The token is in none of them. */
import { LabError, type ErrorCode } from '../../shared/contract/errors.ts'
import { answerInvalid, ConnectionLost } from '../hub/http.ts'
import type { HubSettings } from '../hub/settings.ts'
import { visible } from '../report/escape.ts'

const labError = (code: ErrorCode, title: string, cause: string, suggestion: string, because?: unknown): LabError =>
  new LabError({ code, title, cause, suggestion }, { cause: because })

export const tokenMissing = (): LabError =>
  labError(
    'HUB_TOKEN_MISSING',
    'There is no token for the hub',
    'The environment variable HF_TOKEN is not set, and without it nobody may write there.',
    'Make a token with the role "write" on the hub under Settings, Access Tokens; set HF_TOKEN to it; start the lab anew.',
  )

export const tokenRefused = (cause: string): LabError =>
  labError(
    'HUB_TOKEN_REFUSED',
    'The hub does not know the token',
    cause,
    'Check that HF_TOKEN is whole and has not been revoked, then start the lab anew.',
  )

export const readOnlyToken = (account: string): LabError =>
  labError(
    'HUB_WRITE_DENIED',
    'The token may only read',
    `HF_TOKEN is a token of ${account} with the role "read".`,
    'Make one with the role "write" on the hub under Settings, Access Tokens, and start the lab anew with it.',
  )

/** `name` exists, and does not begin with one of `owners`, where the token writes. */
export const belongsToOthers = (name: string, owners: readonly string[]): LabError =>
  labError(
    'HUB_WRITE_DENIED',
    `There is a Space called ${name}, and it is somebody else’s`,
    `HF_TOKEN writes under ${owners.join(', ')}; ${name.split('/')[0]!} is none of them.`,
    `Choose a name that begins with ${owners.length === 1 ? owners[0]! : 'one of these'}.`,
  )

export const rateLimited = (retryAfter: string | null): LabError =>
  labError(
    'HUB_RATE_LIMITED',
    'The hub asks for a pause',
    'It was asked too often (429).',
    `Try again ${retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? `in ${retryAfter} s` : 'in a few minutes'}: what was sent is kept.`,
  )

export const redirected = (): LabError =>
  answerInvalid('It redirects a request that writes; the Space may have been renamed. Give the name that its page has now.')

export const spaceExists = (name: string, what: string): LabError =>
  labError(
    'SPACE_EXISTS',
    `There is a Space called ${name} already`,
    `${what} A push would replace it.`,
    'Choose another name, or confirm that it is to be overwritten (--overwrite on the command line).',
  )

export const spaceChanged = (name: string, what: string): LabError =>
  labError(
    'SPACE_CHANGED',
    `The Space ${name} has changed meanwhile`,
    `${what} What you confirmed is no longer what would be overwritten, so nothing was.`,
    'Look at it again, and confirm again if you still want to overwrite it.',
  )

const cancelled = (): LabError =>
  labError(
    'CANCELLED',
    'The push was cancelled',
    'It was asked to stop before it was finished.',
    'The Space is as it was. Push again whenever you like: what the hub has already is not sent again.',
  )

const interrupted = (cause: string, because: unknown): LabError =>
  labError(
    'UPLOAD_INTERRUPTED',
    'The push was interrupted',
    cause,
    'Check the connection, then push again: files that arrived whole are not sent again.',
    because,
  )

/** As the library throws them. */
interface RefusedByHub {
  statusCode: number
  url: string
  data?: unknown
}

const isRefusal = (error: unknown): error is Error & RefusedByHub =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && 'url' in error && typeof error.url === 'string'

/** Anything that asking the hub threw. `doing`: what was refused, in words: 'create org/name'. */
export function translateHubError(error: unknown, { endpoint, token }: HubSettings, doing: string, signal?: AbortSignal): LabError {
  if (signal?.aborted) return cancelled()
  if (error instanceof LabError && error.info.code !== 'HUB_UNREACHABLE') return error
  if (error instanceof LabError)
    return labError(
      'HUB_UNREACHABLE',
      error.info.title,
      error.info.cause,
      'Check the connection to the internet (or HF_ENDPOINT), then try again: what was sent is kept.',
      error,
    )
  if (error instanceof ConnectionLost) return interrupted(`The connection to the hub was lost (${error.message}).`, error)
  // What the library makes of answers that it did not foresee has many names.
  if (!isRefusal(error)) return answerInvalid(`It was asked to ${doing}; what it answered is not what the hub's interface describes.`)
  const { statusCode, url, data } = error
  if (statusCode === 507) return quota(`Its storage is full (507), and it refused to ${doing}.`)
  if (!URL.canParse(url) || new URL(url).origin !== new URL(endpoint).origin)
    return interrupted(`The hub's storage refused a file (${statusCode}).`, error)
  const words = wordsOf(data, token)
  const cause = `It refused to ${doing} (${statusCode})${words === null ? '.' : `: ${words}`}`
  switch (statusCode) {
    case 400:
    case 422:
      return labError(
        'ARGUMENT_INVALID',
        'The hub does not take it so',
        cause,
        'Change what it names, the name or the title for instance, and try again.',
      )
    case 401:
      return tokenRefused(cause)
    case 402:
      return quota(cause)
    case 403:
      return /quota|storage|limit|exceed|billing|upgrade/i.test(words ?? '') ? quota(cause) : writeDenied(cause)
    case 404:
      return labError('HUB_NOT_FOUND', 'The hub has nothing of that name', cause, 'Check the name; the token must be allowed to see it.')
    case 413:
      return labError(
        'HUB_TOO_LARGE',
        'The hub finds the Space too large',
        cause,
        'Choose a smaller model, or a static Space, which holds the int8 weights only.',
      )
    default:
      return statusCode >= 500 ? interrupted(cause, error) : answerInvalid(cause)
  }
}

const quota = (cause: string): LabError =>
  labError(
    'HUB_QUOTA',
    'The account has no room left on the hub',
    cause,
    'Remove Spaces or models that you no longer need on the hub, or choose another account, then push again.',
  )

const writeDenied = (cause: string): LabError =>
  labError(
    'HUB_WRITE_DENIED',
    'The token may not write there',
    cause,
    'Choose a name that begins with your own account or an organisation of yours, and a token with the role "write".',
  )

/** The hub's own words, short, harmless, and without the token. */
function wordsOf(data: unknown, token: string | null): string | null {
  const said = typeof data === 'object' && data !== null && 'error' in data ? data.error : null
  if (typeof said !== 'string' || said.trim() === '') return null
  return visible(token === null ? said : said.replaceAll(token, '…')).slice(0, 200)
}
