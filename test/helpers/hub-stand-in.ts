/**
 * A hub on loopback: a real HTTP server that serves directories as repositories, as the Hugging Face hub does: the list of
 * files, HEAD and GET of `resolve`, ranges, LFS files that redirect to another origin. And it can misbehave, once or always.
 *
 *   const hub = await startHub()                                    // ends with the test
 *   hub.addRepo('model', 'org/name', { 'config.json': '{}', 'model.safetensors': bytes }, { license: 'mit' })
 *   await hub.addDirectory('dataset', 'org/news', '/some/folder')
 *   hub.fault = { kind: 'drop', afterBytes: 1000, times: 1 }
 *   new Hub(hub.settings(cacheDirectory)) — or HF_ENDPOINT=hub.endpoint for a process
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { HubSettings } from '../../electron/hub/hub.ts'
import { addressOf, close, listen } from './loopback.ts'

/** Of GETs of files, at the place that sends the bytes. `times`: so often, then it behaves; absent: always. */
export type HubFault = { times?: number } & (
  | { kind: 'drop'; afterBytes: number }
  | { kind: 'ignore range' }
  | { kind: 'wrong bytes' }
  | { kind: 'too many bytes' }
  | { kind: 'status'; status: number }
  | { kind: 'slow'; bytesPerSec: number }
  | { kind: 'stall'; afterBytes: number }
)

interface StoredFile {
  bytes: Buffer
  /** SHA-256 of LFS files, git's SHA-1 of others. */
  etag: string
  lfs: boolean
}

interface StoredRepo {
  commit: string
  license: string | undefined
  files: Map<string, StoredFile>
  /** Asked for; anything else gets 401. */
  token: string | undefined
  gated: boolean
}

export interface RepoOptions {
  license?: string
  /** Only who sends it may read. */
  token?: string
  gated?: boolean
  /** Files of so many bytes are LFS files; the hub's own rule is by name. */
  lfsFromBytes?: number
}

export interface SeenRequest {
  method: string
  url: string
  host: 'hub' | 'storage'
  authorization: string | undefined
  range: string | undefined
}

export class HubStandIn {
  /** All requests, in order. */
  readonly requests: SeenRequest[] = []
  fault: HubFault | null = null
  readonly #repos = new Map<string, StoredRepo>()
  readonly #hub = createServer((request, response) => void this.#answer('hub', request, response))
  /** Another origin: large files lie there. */
  readonly #storage = createServer((request, response) => void this.#answer('storage', request, response))

  async listen(): Promise<void> {
    await Promise.all([listen(this.#hub), listen(this.#storage)])
  }

  async close(): Promise<void> {
    await Promise.all([close(this.#hub), close(this.#storage)])
  }

  get endpoint(): string {
    return addressOf(this.#hub)
  }

  settings(cacheDirectory: string, token: string | null = null): HubSettings {
    return { endpoint: this.endpoint, token, cacheDirectory, firstRetryMs: 5 }
  }

  /** Replaces one of the same name, at a new commit. Returns the commit. */
  addRepo(kind: 'model' | 'dataset', id: string, files: Record<string, string | Uint8Array>, options: RepoOptions = {}): string {
    const { license, token, gated = false, lfsFromBytes = 10_000 } = options
    const stored = new Map<string, StoredFile>()
    for (const [path, content] of Object.entries(files)) {
      const bytes = Buffer.from(content as Uint8Array)
      const lfs = bytes.byteLength >= lfsFromBytes
      const etag = lfs
        ? createHash('sha256').update(bytes).digest('hex')
        : createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex')
      stored.set(path, { bytes, etag, lfs })
    }
    const names = [...stored].map(([path, { etag }]) => `${path} ${etag}`).join('\n')
    const commit = createHash('sha1').update(`${id}\n${names}`).digest('hex')
    this.#repos.set(`${kind}s/${id}`, { commit, license, files: stored, token, gated })
    return commit
  }

  /** Every file below `directory`. */
  async addDirectory(kind: 'model' | 'dataset', id: string, directory: string, options?: RepoOptions): Promise<string> {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    const files: Record<string, Uint8Array> = {}
    for (const entry of entries) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      files[relative(directory, path).replaceAll('\\', '/')] = await readFile(path)
    }
    return this.addRepo(kind, id, files, options)
  }

  async #answer(host: 'hub' | 'storage', request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    const { authorization, range } = request.headers
    this.requests.push({ method, url, host, authorization, range })
    response.on('error', () => undefined)
    if (host === 'storage') {
      const [kind, org, name, ...path] = url.slice(1).split('/').map(decodeURIComponent)
      const file = this.#repos.get(`${kind}/${org}/${name}`)?.files.get(path.join('/'))
      return file ? this.#send(file, request, response) : refuse(response, 404)
    }
    const listing = /^\/api\/((?:models|datasets)\/[^/]+\/[^/]+)\/revision\/([^/?]+)\?blobs=true$/.exec(url)
    const resolve = /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url)
    const key = listing ? listing[1]! : resolve ? `${resolve[1] ? 'datasets' : 'models'}/${resolve[2]}` : ''
    const revision = decodeURIComponent(listing?.[2] ?? resolve?.[3] ?? '')
    const repo = this.#repos.get(key)
    if (repo === undefined) return refuse(response, 401, 'RepoNotFound') // The hub does not tell strangers what exists.
    if (repo.token !== undefined && authorization !== `Bearer ${repo.token}`)
      return refuse(response, authorization ? 403 : 401, repo.gated ? 'GatedRepo' : 'RepoNotFound')
    if (revision !== 'main' && revision !== repo.commit) return refuse(response, 404, 'RevisionNotFound')
    if (listing) return sendListing(repo, response)
    const path = decodeURIComponent(resolve![4]!)
    const file = repo.files.get(path)
    if (!file) return refuse(response, 404, 'EntryNotFound')
    response.setHeader('x-repo-commit', repo.commit)
    if (!file.lfs) return this.#send(file, request, response)
    response.setHeader('x-linked-etag', `"${file.etag}"`)
    response.setHeader('x-linked-size', file.bytes.byteLength)
    response.setHeader('location', `${addressOf(this.#storage)}/${key}/${path.split('/').map(encodeURIComponent).join('/')}`)
    response.writeHead(302).end()
  }

  async #send({ bytes, etag }: StoredFile, { method, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('etag', `"${etag}"`)
    response.setHeader('accept-ranges', 'bytes')
    const fault = method === 'GET' ? this.#takeFault() : null
    if (fault?.kind === 'status') return refuse(response, fault.status)
    const start = fault?.kind === 'ignore range' ? 0 : Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
    if (start > 0 && start >= bytes.byteLength) return refuse(response, 416)
    if (start > 0) response.setHeader('content-range', `bytes ${start}-${bytes.byteLength - 1}/${bytes.byteLength}`)
    let body = bytes.subarray(start)
    if (fault?.kind === 'wrong bytes') body = Buffer.from(body).fill(0x21, 0, Math.min(16, body.byteLength))
    if (fault?.kind === 'too many bytes') body = Buffer.concat([body, Buffer.alloc(1000)])
    response.setHeader('content-length', body.byteLength)
    response.writeHead(start > 0 ? 206 : 200)
    if (method === 'HEAD') return void response.end()
    if (fault?.kind === 'drop') return void response.write(body.subarray(0, fault.afterBytes), () => response.destroy())
    if (fault?.kind === 'stall') return void response.write(body.subarray(0, fault.afterBytes))
    if (fault?.kind === 'slow') {
      const piece = Math.max(1, Math.round(fault.bytesPerSec / 20))
      for (let offset = 0; offset < body.byteLength && !response.destroyed; offset += piece) {
        response.write(body.subarray(offset, offset + piece))
        await sleep(50)
      }
      return void response.end()
    }
    response.end(body)
  }

  #takeFault(): HubFault | null {
    const fault = this.fault
    if (fault?.times !== undefined && --fault.times <= 0) this.fault = null
    return fault
  }
}

/** Started for one test, and ended with it. */
export async function startHub(): Promise<HubStandIn> {
  const hub = new HubStandIn()
  await hub.listen()
  onTestFinished(() => hub.close())
  return hub
}

function refuse(response: ServerResponse, status: number, code?: string): void {
  if (code !== undefined) response.setHeader('x-error-code', code)
  response.writeHead(status).end()
}

function sendListing({ commit, license, files }: StoredRepo, response: ServerResponse): void {
  const siblings = [...files].map(([rfilename, { bytes, etag, lfs }]) => ({
    rfilename,
    size: bytes.byteLength,
    blobId: lfs ? '0'.repeat(40) : etag,
    ...(lfs ? { lfs: { sha256: etag, size: bytes.byteLength, pointerSize: 134 } } : {}),
  }))
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ sha: commit, siblings, cardData: license === undefined ? {} : { license } }))
}
