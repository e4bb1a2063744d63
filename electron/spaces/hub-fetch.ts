/**
 * The `fetch` that the hub's library is given. What may be asked twice is asked again after a lost connection; what is sent
 * is counted as it goes; a connection that falls silent is given up. The token goes to the endpoint's origin only, and no
 * redirect is followed with it.
 */
import { z } from 'zod'
import { answerInvalid, ConnectionLost } from '../hub/http.ts'
import { retrying } from '../hub/retry.ts'
import type { HubSettings } from '../hub/settings.ts'
import { rateLimited, redirected } from './hub-errors.ts'

export interface UploadedObject {
  /** SHA-256 of the content, hex. */
  oid: string
  sizeBytes: number
  /** Addresses that its bytes are sent to; none: the hub has it already. */
  addresses: string[]
}

export interface UploadWatcher {
  /** The hub said which files it wants. */
  onObjects(objects: readonly UploadedObject[]): void
  /** So many bytes of the body for `address` have gone out; counts anew where it is tried again. */
  onSent(address: string, bytes: number): void
}

const usualSilentMs = 120_000
const maxAnswerBytes = 32 * 1024 * 1024

export function hubFetch(settings: HubSettings, watcher?: UploadWatcher): typeof fetch {
  const origin = new URL(settings.endpoint).origin
  return async (input, init = {}) => {
    const address = new URL(input instanceof Request ? input.url : input)
    if (address.protocol !== 'https:' && address.origin !== origin && new URL(settings.endpoint).protocol === 'https:')
      throw answerInvalid('It names an address without encryption.')
    const headers = new Headers(init.headers)
    if (address.origin !== origin) headers.delete('authorization')
    headers.set('user-agent', 'distrinews-lab')
    const send = (): Promise<Response> => once(address, { ...init, headers, redirect: 'manual' }, settings, watcher)
    const method = init.method ?? 'GET'
    // In the middle of a push a network that is gone may come back; before, the person hears of it at once.
    const isUnderWay = method === 'PUT' ? () => false : undefined
    const response = isRepeatable(address, method) ? await retrying(settings, init.signal ?? undefined, send, isUnderWay) : await send()
    return address.pathname.endsWith('/info/lfs/objects/batch') && response.ok ? watched(response, watcher) : response
  }
}

/** What changes nothing, or comes to the same when it is done twice. */
const isRepeatable = ({ pathname }: URL, method: string): boolean =>
  method === 'GET' || method === 'PUT' || pathname.includes('/preupload/') || pathname.endsWith('/info/lfs/objects/batch')

async function once(address: URL, init: RequestInit, settings: HubSettings, watcher: UploadWatcher | undefined): Promise<Response> {
  const silence = new AbortController()
  const { silentMs = usualSilentMs } = settings
  const giveUp = (): void => silence.abort(new ConnectionLost(`nothing moved for ${silentMs / 1000} s`))
  const timer = setTimeout(giveUp, silentMs)
  const body =
    init.body instanceof Blob
      ? new CountedBlob(init.body, (bytes) => {
          timer.refresh()
          watcher?.onSent(address.href, bytes)
        })
      : init.body
  try {
    const signal = init.signal ? AbortSignal.any([init.signal, silence.signal]) : silence.signal
    const response = await fetch(address, { ...init, ...(body !== undefined && { body }), signal })
    if (response.status === 429) throw rateLimited(response.headers.get('retry-after'))
    if (response.status >= 300 && response.status < 400) throw redirected()
    // The whole answer, while the clock runs: they are small.
    const bytes = await readAll(response)
    // A full storage (507) will not be less so in a second.
    if (response.status >= 500 && response.status !== 507) throw new ConnectionLost(`the hub answered ${response.status}`)
    const answer = new Response(nullBodyStatuses.has(response.status) ? null : bytes, response)
    Object.defineProperty(answer, 'url', { value: address.href })
    return answer
  } catch (error) {
    init.signal?.throwIfAborted()
    if (silence.signal.aborted) throw silence.signal.reason
    // fetch says 'fetch failed' whatever it was; why stands in its cause.
    if (error instanceof TypeError) throw new ConnectionLost(reasonOf(error), { cause: error.cause })
    throw error
  } finally {
    clearTimeout(timer)
  }
}

const nullBodyStatuses = new Set([204, 205])

async function readAll(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxAnswerBytes) throw answerInvalid(`It is larger than ${maxAnswerBytes / 1024 / 1024} MiB.`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

const reasonOf = ({ message, cause }: Error): string => (cause instanceof Error && cause.message !== '' ? cause.message : message)

/** A blob that says how much of it was read. */
class CountedBlob extends Blob {
  readonly #blob: Blob
  readonly #onRead: (bytes: number) => void

  constructor(blob: Blob, onRead: (bytes: number) => void) {
    super()
    this.#blob = blob
    this.#onRead = onRead
  }

  override get size(): number {
    return this.#blob.size
  }

  override stream(): ReturnType<Blob['stream']> {
    let bytes = 0
    const onRead = this.#onRead
    onRead(0)
    const count = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength
        onRead(bytes)
        controller.enqueue(chunk)
      },
    })
    return this.#blob.stream().pipeThrough(count) as ReturnType<Blob['stream']>
  }
}

const addressSchema = z.url({ protocol: /^https?$/ })
const batchSchema = z.object({
  objects: z.array(
    z.object({
      oid: z.string().regex(/^[0-9a-f]{64}$/),
      size: z.int().nonnegative(),
      actions: z
        .object({ upload: z.object({ href: addressSchema, header: z.record(z.string(), z.string()).nullish() }).optional() })
        .nullish(),
    }),
  ),
})

/** Looks at what the hub wants sent, and hands the answer on. Throws HUB_ANSWER_INVALID. */
async function watched(response: Response, watcher: UploadWatcher | undefined): Promise<Response> {
  const copy = response.clone()
  const parsed = batchSchema.safeParse(await response.json().catch(() => null))
  if (!parsed.success) throw answerInvalid('Its list of the files that are to be sent does not have the expected form.')
  watcher?.onObjects(
    parsed.data.objects.map(({ oid, size, actions }) => {
      const { href, header } = actions?.upload ?? {}
      // Large files go in parts, each to an address of its own.
      const parts = Object.entries(header ?? {}).flatMap(([name, value]) => (/^\d+$/.test(name) ? [value] : []))
      return { oid, sizeBytes: size, addresses: href === undefined ? [] : parts.length > 0 ? parts : [href] }
    }),
  )
  return copy
}
