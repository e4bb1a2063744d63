/**
 * What the lab asks of the hub to publish a Space, through @huggingface/hub: whose token it is, what is there, create,
 * upload and commit. Files go by git LFS, of which the hub keeps what arrived whole, so that a push that was cut short is
 * taken up by the next one. Answers are parsed here; errors are the lab's own (`hub-errors.ts`).
 */
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { z } from 'zod'
import type { LabError } from '../../shared/contract/errors.ts'
import type { HubAccount, PublishedSpace, SpaceKind } from '../../shared/domain/space.ts'
import { answerInvalid } from '../hub/http.ts'
import { commitSchema } from '../hub/repo.ts'
import type { HubSettings } from '../hub/settings.ts'
import { spaceChanged, spaceExists, tokenMissing, tokenRefused, translateHubError } from './hub-errors.ts'
import { hubFetch, type UploadWatcher } from './hub-fetch.ts'

/** Loaded when it is asked for: the lab starts without it. */
const library = () => import('@huggingface/hub')

export interface SpaceOnHub extends Omit<PublishedSpace, 'isUnfinished'> {
  /** Where it answers: 'https://owner-name.hf.space'; null where the hub does not say. */
  host: string | null
  /** 'RUNNING', 'SLEEPING', 'BUILDING', …; null where the hub does not say. */
  stage: string | null
  files: string[]
}

export interface Commit {
  name: string
  directory: string
  files: readonly string[]
  /** Those of the earlier Space that go. */
  deleted: readonly string[]
  /** 40 hex digits; the hub refuses where it is no longer the newest. */
  parent: string
}

const whoAmISchema = z.object({
  name: z.string().max(200),
  orgs: z.array(z.object({ name: z.string().max(200) })).default([]),
  auth: z.object({ accessToken: z.object({ role: z.string() }).nullish() }).nullish(),
})

const infoSchema = z.object({
  sha: commitSchema,
  sdk: z.string().max(100).nullish(),
  private: z.boolean().nullish(),
  lastModified: z.iso.datetime().nullish().catch(null),
  host: z.url({ protocol: /^https?$/ }).nullish(),
  runtime: z.object({ stage: z.string().max(100) }).nullish(),
  siblings: z.array(z.object({ rfilename: z.string().max(4096) })).max(10_000),
})

export class SpaceHub {
  readonly settings: HubSettings

  constructor(settings: HubSettings) {
    this.settings = settings
  }

  /** Throws HUB_TOKEN_MISSING, HUB_TOKEN_REFUSED, HUB_UNREACHABLE, HUB_ANSWER_INVALID. */
  async account(signal?: AbortSignal): Promise<HubAccount> {
    const { whoAmI } = await library()
    return this.#asking('say whose token this is', signal, async () => {
      const parsed = whoAmISchema.safeParse(await whoAmI(this.#common(signal)))
      if (!parsed.success) throw answerInvalid('What it says of the token does not have the expected form.')
      const { name, orgs, auth } = parsed.data
      return {
        endpoint: this.settings.endpoint,
        name,
        owners: [name, ...orgs.map((org) => org.name)],
        canWrite: auth?.accessToken?.role !== 'read',
      }
    })
  }

  /** Null where the hub has no such Space, or does not show it to this token. */
  async find(name: string, signal?: AbortSignal): Promise<SpaceOnHub | null> {
    const { endpoint } = this.settings
    const token = this.settings.token === null ? null : this.#token()
    return this.#asking(`describe ${name}`, signal, async () => {
      // The library's own call leaves out the files and the host.
      const response = await hubFetch(this.settings)(`${endpoint}/api/spaces/${name}`, {
        ...(token !== null && { headers: { authorization: `Bearer ${token}` } }),
        ...(signal && { signal }),
      })
      // To strangers the hub does not tell what exists.
      if (response.status === 404 || (response.status === 401 && token === null)) return null
      if (!response.ok) throw Object.assign(new Error('refused'), { statusCode: response.status, url: response.url })
      const parsed = infoSchema.safeParse(await response.json())
      if (!parsed.success) throw answerInvalid(`What it says of ${name} does not have the expected form.`)
      const { sha, sdk, lastModified, host, runtime, siblings, private: isPrivate } = parsed.data
      return {
        name,
        url: `${endpoint}/spaces/${name}`,
        revision: sha,
        sdk: sdk ?? null,
        lastModified: lastModified ?? null,
        fileCount: siblings.length,
        isPrivate: isPrivate ?? false,
        host: host ?? null,
        stage: runtime?.stage ?? null,
        files: siblings.map(({ rfilename }) => rfilename),
      }
    })
  }

  /** Throws SPACE_EXISTS and what `translateHubError` gives. */
  async create(name: string, kind: SpaceKind, isPrivate: boolean, signal?: AbortSignal): Promise<void> {
    const { createRepo } = await library()
    const taken = (): LabError => spaceExists(name, 'Somebody made it in this moment.')
    await this.#asking(
      `create ${name}`,
      signal,
      () => createRepo({ ...this.#common(signal), repo: this.#repo(name), sdk: kind, visibility: isPrivate ? 'private' : 'public' }),
      taken,
    )
  }

  /** Uploads what the hub does not have and commits all of it at once. Returns the new revision. */
  async commit({ name, directory, files, deleted, parent }: Commit, watcher: UploadWatcher, signal: AbortSignal): Promise<string> {
    const { commit } = await library()
    const work = async (): Promise<string> => {
      const done = await commit({
        ...this.#common(signal, watcher),
        repo: this.#repo(name),
        title: 'Push from DistriNews Lab',
        operations: [
          ...files.map((path) => ({ operation: 'addOrUpdate' as const, path, content: pathToFileURL(join(directory, path)) })),
          ...deleted.map((path) => ({ operation: 'delete' as const, path })),
        ],
        parentCommit: parent,
        // Files that arrived whole are kept by the hub either way; LFS also tells what it has of them before anything is sent.
        useXet: false,
        abortSignal: signal,
      })
      const revision = commitSchema.safeParse(done?.commit.oid)
      if (!revision.success) throw answerInvalid('It took the files, but does not say as which revision.')
      return revision.data
    }
    const changed = (): LabError => spaceChanged(name, 'Somebody committed to it while the files were sent.')
    return this.#asking(`take the files of ${name}`, signal, work, changed)
  }

  #repo(name: string): { type: 'space'; name: string } {
    return { type: 'space', name }
  }

  #common(signal?: AbortSignal, watcher?: UploadWatcher): { accessToken: string; hubUrl: string; fetch: typeof fetch } {
    const send = hubFetch(this.settings, watcher)
    return {
      accessToken: this.#token(),
      hubUrl: this.settings.endpoint,
      fetch: (input, init) => send(input, signal && !init?.signal ? { ...init, signal } : init),
    }
  }

  /** Throws HUB_TOKEN_MISSING, HUB_TOKEN_REFUSED for what is no token: libraries refuse such by throwing them back, token and all. */
  #token(): string {
    const { token } = this.settings
    if (token === null) throw tokenMissing()
    if (!/^hf_[\x21-\x7e]+$/.test(token))
      throw tokenRefused('HF_TOKEN does not look like a token of the hub: those begin with hf_ and are one word.')
    return token
  }

  /** `conflict`: what it means that the hub finds another state than was spoken of. */
  async #asking<T>(doing: string, signal: AbortSignal | undefined, work: () => Promise<T>, conflict?: () => LabError): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const status = error instanceof Error && 'statusCode' in error ? error.statusCode : null
      if (conflict && !signal?.aborted && (status === 409 || status === 412)) throw conflict()
      throw translateHubError(error, this.settings, doing, signal)
    }
  }
}
