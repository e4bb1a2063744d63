/**
 * The hub: files of public and gated repositories, fetched once and kept where Python's huggingface_hub keeps them. This
 * file is the whole API; nothing else of the folder is imported from outside (types excepted).
 *
 *   const hub = new Hub(hubSettings())                  // HF_ENDPOINT, HF_TOKEN, HF_HOME
 *   const repo = { kind: 'model', id: 'distilbert/distilbert-base-uncased', revision: 'main' } as const
 *   const listing = await hub.list(repo, { signal })    // commit, license, files with sizes and SHA-256
 *   const { directory, commit } = await hub.fetch(repo, ['config.json', 'model.safetensors'], { signal, onProgress })
 *   const file = await hub.cached(repo, 'config.json')  // a path, or null; asks nobody
 *
 * What `fetch` gives are paths inside the cache, to be read and never written. A file that is there already is not fetched
 * again; one that was cut short goes on where it stopped, also after the program was killed. Callers that want the same file
 * at once share one download, which ends when the last of them gives up. Errors: HUB_UNREACHABLE, HUB_ACCESS_DENIED,
 * HUB_NOT_FOUND, HUB_ANSWER_INVALID, DOWNLOAD_CORRUPT, DISK_FULL, OUTPUT_NOT_WRITABLE; at `signal`, its reason.
 *
 * The token goes to the endpoint and to no other origin. It stands in no error, no file and no log.
 */
import { LabError } from '../../shared/contract/errors.ts'
import type { FileSystem } from '../checkpoint/file-system.ts'
import { nodeFileSystem } from '../checkpoint/file-system.ts'
import { fileFacts, listing, type FileFacts, type RepoListing } from './api.ts'
import { HubCache } from './cache.ts'
import { downloadBlob } from './download.ts'
import { HttpClient } from './http.ts'
import { ProgressMeter, type DownloadProgress } from './progress.ts'
import { checkRepo, type HubRepo } from './repo.ts'
import type { HubSettings } from './settings.ts'
import { SharedWork } from './shared-work.ts'

export { hubSettings, type HubSettings } from './settings.ts'
export type { HubRepo, RepoKind } from './repo.ts'
export type { RepoFile, RepoListing } from './api.ts'
export type { DownloadProgress } from './progress.ts'

export interface HubSnapshot {
  /** 40 hex digits. */
  commit: string
  /** `snapshots/<commit>`; the files lie in it under their paths in the repository. */
  directory: string
  /** In the order asked for. */
  files: string[]
}

export interface FetchOptions {
  signal?: AbortSignal
  onProgress?: (progress: DownloadProgress) => void
}

export class Hub {
  readonly settings: HubSettings
  readonly #http: HttpClient
  readonly #cache: HubCache
  readonly #fileSystem: FileSystem
  readonly #blobs = new SharedWork<string>()

  constructor(settings: HubSettings, fileSystem: FileSystem = nodeFileSystem) {
    this.settings = settings
    this.#http = new HttpClient(settings)
    this.#cache = new HubCache(settings.cacheDirectory)
    this.#fileSystem = fileSystem
  }

  /** What the repository holds at `repo.revision`. Always asks the hub. */
  async list(repo: HubRepo, options: { signal?: AbortSignal } = {}): Promise<RepoListing> {
    checkRepo(repo)
    return listing(this.#http, repo, options.signal)
  }

  /**
   * Makes sure that the files at `paths` are in the cache, one after the other. Where the hub cannot be reached and all of
   * them are there already, they are given without it.
   */
  async fetch(repo: HubRepo, paths: readonly string[], { signal, onProgress }: FetchOptions = {}): Promise<HubSnapshot> {
    checkRepo(repo, paths)
    const known = await this.#cache.snapshot(repo, paths)
    // A commit never changes, so nobody need be asked; a branch does.
    if (known && known.commit === repo.revision) return known
    let facts: FileFacts[]
    try {
      facts = await this.#factsOf(repo, paths, signal)
    } catch (error) {
      if (known && error instanceof LabError && error.info.code === 'HUB_UNREACHABLE') return known
      throw error
    }
    const commit = facts[0]!.commit
    const at = { ...repo, revision: commit }
    const meter = new ProgressMeter(facts, onProgress)
    try {
      for (const fact of facts) {
        signal?.throwIfAborted()
        await this.#fetchFile(at, fact, meter, signal)
      }
    } finally {
      meter.end()
    }
    await this.#cache.remember(repo, commit)
    return { commit, directory: this.#cache.directory(at), files: facts.map(({ path }) => this.#cache.file(at, path)) }
  }

  /** Path of a file that is in the cache at `repo.revision`, or null. Asks nobody. */
  async cached(repo: HubRepo, path: string): Promise<string | null> {
    checkRepo(repo, [path])
    return (await this.#cache.snapshot(repo, [path]))?.files[0] ?? null
  }

  /** All at one commit, also where somebody pushes meanwhile. */
  async #factsOf(repo: HubRepo, paths: readonly string[], signal?: AbortSignal): Promise<FileFacts[]> {
    const facts: FileFacts[] = []
    for (const path of paths)
      facts.push(await fileFacts(this.#http, { ...repo, revision: facts[0]?.commit ?? repo.revision }, path, signal))
    return facts
  }

  async #fetchFile(repo: HubRepo, facts: FileFacts, meter: ProgressMeter, signal?: AbortSignal): Promise<void> {
    if ((await this.#cache.snapshot(repo, [facts.path])) === null) {
      const blob = await this.#cache.prepareBlob(repo, facts.etag)
      await this.#blobs.join(
        blob,
        (shared, tell) =>
          downloadBlob({ http: this.#http, repo, facts, blob, signal: shared, onBytes: tell, fileSystem: this.#fileSystem }),
        { signal, onProgress: (bytes) => meter.show(facts, bytes) },
      )
      await this.#cache.link(repo, facts)
    }
    meter.show(facts, facts.sizeBytes)
  }
}
