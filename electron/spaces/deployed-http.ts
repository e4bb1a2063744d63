/**
 * Requests to a deployed Space, whose address somebody typed in: https, or http on this machine; no redirect to another
 * host; a deadline; no more of an answer than is useful. A token is sent only where the caller says so.
 */
import { LabError } from '../../shared/contract/errors.ts'

export interface DeployedAt {
  /** Ends with a slash. */
  base: URL
  /** Only for a private Space of the account that it belongs to; else null. */
  token: string | null
}

export interface Asked {
  status: number
  contentType: string
  body: Buffer
  wasRedirected: boolean
  /** From the question to the whole answer. */
  ms: number
}

const deadlineMs = 30_000
const maxRedirects = 3
const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Throws ARGUMENT_INVALID. */
export function deployedAddress(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : null
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopbackHosts.has(url.hostname))
  if (!url || !isSafe || url.username !== '' || url.password !== '') {
    throw new LabError({
      code: 'ARGUMENT_INVALID',
      title: 'That is no address the lab asks',
      cause: `${JSON.stringify(given.slice(0, 100))} is neither https:// nor http:// on this machine, or it holds a password.`,
      suggestion: 'Give the address of the Space, for instance https://huggingface.co/spaces/owner/name.',
    })
  }
  url.search = ''
  url.hash = ''
  // The page or the documentation of a Space, as they are copied from a browser's address line.
  url.pathname = url.pathname.replace(/\/(?:index\.html|docs)\/?$/, '/')
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

/** Throws DEPLOYED_UNREACHABLE and DEPLOYED_ANSWER_INVALID, or the reason of `signal`. */
export async function askDeployed(
  { base, token }: DeployedAt,
  path: string,
  { json, maxBytes, signal }: { json?: unknown; maxBytes: number; signal?: AbortSignal | undefined },
): Promise<Asked> {
  const deadline = AbortSignal.timeout(deadlineMs)
  const began = performance.now()
  let address = new URL(path, base)
  try {
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const response = await fetch(address, {
        ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
        headers: {
          'user-agent': 'distrinews-lab',
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...(token !== null && { authorization: `Bearer ${token}` }),
        },
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      })
      const location = response.headers.get('location')
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel()
        const next = URL.canParse(location, address) ? new URL(location, address) : null
        if (next?.origin !== address.origin) throw elsewhere(base)
        address = next
        continue
      }
      const body = await readUpTo(response, maxBytes, base)
      const contentType = response.headers.get('content-type') ?? ''
      return { status: response.status, contentType, body, wasRedirected: redirects > 0, ms: performance.now() - began }
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof LabError) throw error
    throw unreachable(base, deadline.aborted ? `there was no answer within ${deadlineMs / 1000} s` : reasonOf(error), error)
  }
  throw answerWrong(base, `it redirects more than ${maxRedirects} times`)
}

async function readUpTo(response: Response, maxBytes: number, base: URL): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw answerWrong(base, `its answer is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message
}

const unreachable = ({ host }: URL, why: string, cause: unknown): LabError =>
  new LabError(
    {
      code: 'DEPLOYED_UNREACHABLE',
      title: 'Nothing answers at that address',
      cause: `${host}: ${why}.`,
      suggestion: 'Check the address and the connection; a server of your own must be running.',
    },
    { cause },
  )

const elsewhere = ({ host }: URL): LabError =>
  answerError(host, 'it redirects to another host, which was not asked for and is not followed')

export const answerWrong = ({ host }: URL, why: string): LabError => answerError(host, why)

const answerError = (host: string, why: string): LabError =>
  new LabError({
    code: 'DEPLOYED_ANSWER_INVALID',
    title: 'That is not the answer of a Space of the lab',
    cause: `${host}: ${why}.`,
    suggestion: 'Check the address; where it is right, push the Space again and check once more.',
  })

/** A Space that sleeps or is being built. `stage`: the hub's word for it, where it is known. */
export const notReady = ({ host }: URL, what: string, stage: string | null): LabError =>
  new LabError({
    code: 'SPACE_NOT_READY',
    title: 'The Space is not ready to answer',
    cause: `${host} ${what}${stage === null ? '' : `; the hub calls its state ${stage.slice(0, 40)}`}. A Space that sleeps, starts or is being built does that.`,
    suggestion:
      'Asking has woken it if it slept: wait a minute and check again. If it stays so, check the address, then its log on the hub.',
  })
