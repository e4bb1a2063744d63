/**
 * The writing side of a hub on loopback, as the Hugging Face hub documents it: whose token it is, create, what is there,
 * preupload, git LFS (whole and in parts, each checked against its SHA-256), commit, and files to read back. What arrived
 * whole is kept, whatever becomes of the push. And it can misbehave, at one of its doors, once or always.
 *
 *   const hub = await startSpaceHub()                         // ends with the test
 *   hub.fault = { at: 'storage', kind: 'drop', afterBytes: 1000, times: 1 }
 *   new SpaceHub(hub.settings()) — or HF_ENDPOINT=hub.endpoint, HF_TOKEN=hub.token for a process
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { HubSettings } from '../../electron/hub/hub.ts'
import { addressOf, close, listen } from './loopback.ts'

export type Door = 'whoami' | 'info' | 'create' | 'preupload' | 'batch' | 'storage' | 'complete' | 'commit'

/** `times`: so often, then it behaves; absent: always. */
export type SpaceHubFault = { at: Door; times?: number } & (
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string> }
  | { kind: 'garbage'; body?: string }
  | { kind: 'drop'; afterBytes: number }
  /** `largerThan`: only with a body of more bytes. */
  | { kind: 'stall'; largerThan?: number }
)

export interface StoredSpace {
  sdk: string
  isPrivate: boolean
  commits: string[]
  files: Map<string, Buffer>
}

interface Seen {
  method: string
  url: string
  host: 'hub' | 'storage'
  authorization: string | undefined
  bytes: number
}

const createSchema = z.object({
  name: z.string(),
  organization: z.string().nullish(),
  type: z.literal('space'),
  sdk: z.string(),
  visibility: z.string().nullish(),
  private: z.boolean().nullish(),
})
const preuploadSchema = z.object({ files: z.array(z.object({ path: z.string(), size: z.int(), sample: z.string() })) })
const batchSchema = z.object({ operation: z.literal('upload'), objects: z.array(z.object({ oid: z.string(), size: z.int() })) })
const completeSchema = z.object({ oid: z.string(), parts: z.array(z.object({ partNumber: z.int(), etag: z.string() })) })
const lineSchema = z.discriminatedUnion('key', [
  z.object({ key: z.literal('header'), value: z.object({ summary: z.string(), parentCommit: z.string().optional() }) }),
  z.object({ key: z.literal('file'), value: z.object({ path: z.string(), content: z.string(), encoding: z.literal('base64') }) }),
  z.object({ key: z.literal('lfsFile'), value: z.object({ path: z.string(), oid: z.string(), size: z.int(), algo: z.literal('sha256') }) }),
  z.object({ key: z.literal('deletedFile'), value: z.object({ path: z.string() }) }),
])

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

export class SpaceHubStandIn {
  readonly token = 'hf_TestTokenThatMustNeverBeSeen'
  readonly account = 'ada'
  role: 'read' | 'write' = 'write'
  /** Requests that were read to their end, or as far as they came. */
  readonly requests: Seen[] = []
  readonly spaces = new Map<string, StoredSpace>()
  /** What lies in the storage, by SHA-256. */
  readonly objects = new Map<string, Buffer>()
  fault: SpaceHubFault | null = null
  /** Files of so many bytes go by LFS; larger ones than the second in parts of that size. */
  lfsFromBytes = 1000
  partBytes = Infinity
  /** Called as a request arrives, before it is read. */
  onDoor: ((door: Door | null) => void) | null = null
  /** Called with the files of a commit before it is looked at. */
  beforeCommit: (() => void) | null = null
  /** Where Spaces answer, and how they are. */
  host: string | null = null
  stage = 'RUNNING'
  #commits = 0
  readonly #parts = new Map<string, Buffer>()
  readonly #hub = createServer((request, response) => void this.#answer('hub', request, response))
  /** Another origin: large files go there. */
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

  settings(token: string | null = this.token): HubSettings {
    return { endpoint: this.endpoint, token, cacheDirectory: '/nonexistent', firstRetryMs: 5, silentMs: 2000 }
  }

  addSpace(name: string, files: Record<string, string>): string {
    const space: StoredSpace = { sdk: 'static', isPrivate: false, commits: [], files: new Map() }
    for (const [path, text] of Object.entries(files)) space.files.set(path, Buffer.from(text))
    this.spaces.set(name, space)
    return this.commitTo(name)
  }

  /** A commit of somebody's. */
  commitTo(name: string): string {
    const commit = createHash('sha1').update(`${name} ${++this.#commits}`).digest('hex')
    this.spaces.get(name)!.commits.push(commit)
    return commit
  }

  async #answer(host: 'hub' | 'storage', request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    response.on('error', () => undefined)
    const seen: Seen = { method, url, host, authorization: headers.authorization, bytes: 0 }
    this.requests.push(seen)
    const door = doorOf(host, method, url)
    this.onDoor?.(door)
    const isMeant = this.fault?.kind !== 'stall' || Number(headers['content-length']) > (this.fault.largerThan ?? -1)
    const fault = door !== null && this.fault?.at === door && isMeant ? this.#takeFault() : null
    if (fault?.kind === 'stall') return // What is sent is not even read.
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        seen.bytes += chunk.byteLength
        chunks.push(chunk)
        if (fault?.kind === 'drop' && seen.bytes >= fault.afterBytes) return void request.socket.destroy()
      }
    } catch {
      return // The other side went away: nothing of it is kept.
    }
    if (fault?.kind === 'drop') return void request.socket.destroy()
    if (fault?.kind === 'status') return send(response, fault.status, fault.body ?? { error: 'refused' }, fault.headers)
    if (fault?.kind === 'garbage') {
      response.setHeader('content-type', 'application/json')
      return void response.end(fault.body ?? '<html>certainly no JSON')
    }
    const body = Buffer.concat(chunks)
    if (host === 'storage') return this.#store(url, body, response)
    if (headers.authorization !== undefined && headers.authorization !== `Bearer ${this.token}`)
      return send(response, 401, { error: 'Invalid credentials in Authorization header' })
    const isStranger = headers.authorization === undefined
    if (url === '/api/whoami-v2')
      return isStranger ? send(response, 401, { error: 'Invalid username or password.' }) : this.#whoAmI(response)
    // Asked by huggingface_hub before it uploads.
    if (url === '/api/validate-yaml') return send(response, 200, { errors: [], warnings: [] })
    if (url === '/api/repos/create') return this.#create(z.parse(createSchema, JSON.parse(body.toString())), response)
    return this.#aboutSpace(method, url, body, isStranger, response)
  }

  #whoAmI(response: ServerResponse): void {
    const auth = { type: 'access_token', accessToken: { displayName: 'lab', role: this.role, createdAt: '2026-01-01T00:00:00.000Z' } }
    send(response, 200, { type: 'user', id: '1', name: this.account, fullname: 'Ada', orgs: [{ type: 'org', name: 'analytical' }], auth })
  }

  #create({ name, organization, sdk, visibility, private: isPrivate }: z.infer<typeof createSchema>, response: ServerResponse): void {
    const owner = organization ?? this.account
    const id = `${owner}/${name}`
    if (owner !== this.account && owner !== 'analytical')
      return send(response, 403, { error: `You don't have the rights to create a space under the namespace "${owner}"` })
    if (this.role === 'read') return send(response, 403, { error: 'You must use a write token' })
    if (this.spaces.has(id))
      return send(response, 409, { error: 'You already created this space repo', url: `${this.endpoint}/spaces/${id}` })
    this.addSpace(id, { '.gitattributes': '*.bin filter=lfs\n', 'README.md': `---\nsdk: ${sdk}\n---\n` })
    Object.assign(this.spaces.get(id)!, { sdk, isPrivate: visibility === 'private' || isPrivate === true })
    send(response, 200, { url: `${this.endpoint}/spaces/${id}`, name: id, id: '2' })
  }

  #aboutSpace(method: string, url: string, body: Buffer, isStranger: boolean, response: ServerResponse): void {
    const [, name = '', what = ''] = /^\/(?:api\/)?spaces\/([^/]+\/[^/.?]+)(.*)$/.exec(url) ?? []
    const space = this.spaces.get(name)
    if (!space || (space.isPrivate && isStranger)) return send(response, isStranger ? 401 : 404, { error: 'Repository not found' })
    if (method === 'GET' && /^(?:\/revision\/[^/?]+)?(?:\?.*)?$/.test(what)) return send(response, 200, this.#info(name, space))
    if (method === 'GET' && what.startsWith('/tree/')) return send(response, 200, this.#tree(space))
    if (/^\/resolve\//.test(what)) return this.#resolve(space, what, method, response)
    if (isStranger) return send(response, 401, { error: 'Invalid username or password.' })
    if (this.role === 'read') return send(response, 403, { error: 'This token may only read' })
    if (what.startsWith('/preupload/')) {
      const { files } = preuploadSchema.parse(JSON.parse(body.toString()))
      const modes = files.map(({ path, size }) => ({
        path,
        uploadMode: size >= this.lfsFromBytes ? 'lfs' : 'regular',
        shouldIgnore: false,
      }))
      return send(response, 200, { files: modes })
    }
    if (what === '.git/info/lfs/objects/batch') {
      const { objects } = batchSchema.parse(JSON.parse(body.toString()))
      return send(response, 200, { transfer: 'basic', objects: objects.map((object) => this.#wanted(object)) })
    }
    if (what.startsWith('/commit/main')) return this.#commit(name, space, body.toString(), response)
    send(response, 404, { error: 'Not found' })
  }

  #info(name: string, { sdk, isPrivate, commits, files }: StoredSpace): unknown {
    return {
      _id: '3',
      id: name,
      author: name.split('/')[0],
      sha: commits.at(-1),
      sdk,
      private: isPrivate,
      lastModified: '2026-11-24T12:00:00.000Z',
      ...(this.host !== null && { host: this.host }),
      runtime: { stage: this.stage, hardware: { current: null, requested: null } },
      siblings: [...files.keys()].map((rfilename) => ({ rfilename })),
      tags: [],
      likes: 0,
    }
  }

  #tree({ files }: StoredSpace): unknown {
    return [...files].map(([path, bytes]) => {
      const size = bytes.byteLength
      const gitId = createHash('sha1').update(`blob ${size}\0`).update(bytes).digest('hex')
      return {
        type: 'file',
        path,
        size,
        oid: gitId,
        ...(size >= this.lfsFromBytes && { lfs: { oid: sha256(bytes), size, pointerSize: 130 } }),
      }
    })
  }

  /** What is there already needs no action. */
  #wanted({ oid, size }: { oid: string; size: number }): unknown {
    if (this.objects.has(oid)) return { oid, size }
    const at = addressOf(this.#storage)
    if (size <= this.partBytes) return { oid, size, actions: { upload: { href: `${at}/whole/${oid}?signature=secret` } } }
    const count = Math.ceil(size / this.partBytes)
    const parts = Array.from({ length: count }, (_, part) => [
      String(part + 1).padStart(5, '0'),
      `${at}/part/${oid}/${part + 1}?signature=secret`,
    ])
    const header = { chunk_size: String(this.partBytes), ...Object.fromEntries(parts) }
    return { oid, size, actions: { upload: { href: `${at}/complete/${oid}`, header } } }
  }

  #store(url: string, body: Buffer, response: ServerResponse): void {
    const [, what, oid = '', part] = url.split('?')[0]!.split('/')
    if (what === 'part') {
      this.#parts.set(`${oid}/${part}`, body)
      return void response.setHeader('etag', `"${sha256(body)}"`).end()
    }
    const bytes =
      what === 'complete'
        ? Buffer.concat(
            completeSchema.parse(JSON.parse(body.toString())).parts.map(({ partNumber }) => this.#parts.get(`${oid}/${partNumber}`)!),
          )
        : body
    if (sha256(bytes) !== oid) return send(response, 400, { error: 'The bytes are not those of that name' })
    this.objects.set(oid, bytes)
    send(response, 200, {})
  }

  #commit(name: string, space: StoredSpace, text: string, response: ServerResponse): void {
    this.beforeCommit?.()
    const lines = text
      .split('\n')
      .filter(Boolean)
      .map((line) => lineSchema.parse(JSON.parse(line)))
    const header = lines.find(({ key }) => key === 'header')?.value as { parentCommit?: string } | undefined
    if (header?.parentCommit !== undefined && header.parentCommit !== space.commits.at(-1))
      return send(response, 412, { error: 'A commit has happened since. Please refresh and try again.' })
    for (const { key, value } of lines) {
      if (key === 'file') space.files.set(value.path, Buffer.from(value.content, 'base64'))
      if (key === 'deletedFile') space.files.delete(value.path)
      if (key !== 'lfsFile') continue
      const bytes = this.objects.get(value.oid)
      if (!bytes || bytes.byteLength !== value.size) return send(response, 400, { error: `${value.path} was not uploaded` })
      space.files.set(value.path, bytes)
    }
    const commit = this.commitTo(name)
    send(response, 200, { success: true, commitOid: commit, commitUrl: `${this.endpoint}/spaces/${name}/commit/${commit}`, hookOutput: '' })
  }

  #resolve({ commits, files }: StoredSpace, what: string, method: string, response: ServerResponse): void {
    const [, path = ''] = /^\/resolve\/[^/]+\/(.+)$/.exec(what) ?? []
    const bytes = files.get(decodeURIComponent(path.split('?')[0]!))
    if (!bytes) return send(response, 404, { error: 'Entry not found' }, { 'x-error-code': 'EntryNotFound' })
    response
      .setHeader('x-repo-commit', commits.at(-1)!)
      .setHeader('etag', `"${sha256(bytes)}"`)
      .setHeader('content-length', bytes.byteLength)
    response.end(method === 'HEAD' ? undefined : bytes)
  }

  #takeFault(): SpaceHubFault | null {
    const fault = this.fault
    if (fault?.times !== undefined && --fault.times <= 0) this.fault = null
    return fault
  }
}

/** Started for one test, and ended with it. */
export async function startSpaceHub(): Promise<SpaceHubStandIn> {
  const hub = new SpaceHubStandIn()
  await hub.listen()
  onTestFinished(() => hub.close())
  return hub
}

function doorOf(host: 'hub' | 'storage', method: string, url: string): Door | null {
  if (host === 'storage') return url.startsWith('/complete/') ? 'complete' : 'storage'
  if (url === '/api/whoami-v2') return 'whoami'
  if (url === '/api/repos/create') return 'create'
  if (url.includes('/preupload/')) return 'preupload'
  if (url.endsWith('/objects/batch')) return 'batch'
  if (url.includes('/commit/')) return 'commit'
  return method === 'GET' && url.startsWith('/api/spaces/') ? 'info' : null
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
