/**
 * The downloads of one lab: which are under way, how far they are, which were cut short. They outlive the view that started
 * them, and the list outlives the lab (`<lab>/downloads.json`): one that was running when the lab ended is interrupted, and
 * goes on at Resume. The bytes are the hub's business (`electron/hub`); what becomes of the files is their finisher's.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError, toLabErrorInfo } from '../../shared/contract/errors.ts'
import { downloadSchema, type Download } from '../../shared/domain/download.ts'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import type { Hub, HubRepo, HubSnapshot, RepoKind } from '../hub/hub.ts'

export interface DownloadRequest {
  title: string
  repo: HubRepo
  files: string[]
}

/** Makes of the files what they were fetched for: a data set on the shelf, a model in the list. Its error fails the download. */
export type Finisher = (download: Download, snapshot: HubSnapshot, signal: AbortSignal) => Promise<void>

const tellEveryMs = 250
const saveEveryMs = 5_000
const maxListed = 100

/** Why a download was given up; the person asked for the one, the lab for the other. */
const cancelled = new Error('the download was cancelled')
const closing = new Error('the lab is closing')

export class Downloads {
  readonly #file: string
  readonly #hub: Hub
  readonly #finishers: Partial<Record<RepoKind, Finisher>>
  /** Oldest first. */
  readonly #all = new Map<string, Download>()
  readonly #running = new Map<string, { controller: AbortController; ended: Promise<void> }>()
  readonly #listeners = new Set<() => void>()
  #toldAtMs = -Infinity
  #savedAtMs = -Infinity
  #saving: Promise<void> = Promise.resolve()

  constructor(labDirectory: string, hub: Hub, finishers: Partial<Record<RepoKind, Finisher>>) {
    this.#file = join(labDirectory, 'downloads.json')
    this.#hub = hub
    this.#finishers = finishers
  }

  /** Reads what an earlier lab left. A list that cannot be read is begun anew: the files do not depend on it. */
  async open(): Promise<void> {
    let text: string
    try {
      text = await readFile(this.#file, 'utf8')
    } catch {
      return
    }
    for (const download of parseList(text)) {
      const cut = download.state === 'running' || download.state === 'finishing'
      this.#all.set(download.id, cut ? { ...download, state: 'interrupted', bytesPerSec: null, etaMs: null } : download)
    }
  }

  /** Newest first. */
  list(): Download[] {
    return [...this.#all.values()].reverse()
  }

  /** Starts a download, or gives the one of the same repository and revision that is under way. */
  start({ title, repo, files }: DownloadRequest): Download {
    const id = `${repo.kind}s/${repo.id}@${repo.revision}`
    const present = this.#all.get(id)
    if (present && this.#running.has(id)) return present
    const startedAt = new Date().toISOString()
    const fresh = { receivedBytes: 0, totalBytes: null, bytesPerSec: null, etaMs: null, error: null, startedAt }
    this.#all.delete(id)
    this.#all.set(id, { ...fresh, ...(present && kept(present)), id, title, repo, files, state: 'running' })
    const [oldest] = this.#all.keys()
    if (this.#all.size > maxListed && oldest !== undefined && !this.#running.has(oldest)) this.#all.delete(oldest)
    const controller = new AbortController()
    this.#running.set(id, { controller, ended: this.#run(id, controller.signal) })
    return this.#all.get(id)!
  }

  /** Throws DOWNLOAD_NOT_FOUND. One that is over already is left as it is. */
  async cancel(id: string): Promise<void> {
    this.#find(id)
    const running = this.#running.get(id)
    running?.controller.abort(cancelled)
    await running?.ended
  }

  /** Throws DOWNLOAD_NOT_FOUND. */
  resume(id: string): void {
    this.start(this.#find(id))
  }

  /** Throws DOWNLOAD_NOT_FOUND. One under way is cancelled first. */
  async dismiss(id: string): Promise<void> {
    await this.cancel(id)
    this.#all.delete(id)
    this.#changed('now')
  }

  /** The whole list, and again after every change, until `signal`. */
  async *watch(signal?: AbortSignal): AsyncGenerator<Download[], void> {
    let news = true
    let wake = (): void => undefined
    const hear = (): void => {
      news = true
      wake()
    }
    const end = (): void => wake()
    this.#listeners.add(hear)
    signal?.addEventListener('abort', end)
    try {
      while (!signal?.aborted) {
        if (news) {
          news = false
          yield this.list()
        } else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      this.#listeners.delete(hear)
      signal?.removeEventListener('abort', end)
    }
  }

  /** Ends what is under way, to be resumed another time. */
  async close(): Promise<void> {
    for (const { controller } of this.#running.values()) controller.abort(closing)
    await Promise.all([...this.#running.values()].map(({ ended }) => ended))
    await this.#saving
  }

  async #run(id: string, signal: AbortSignal): Promise<void> {
    this.#changed('now')
    const { repo, files } = this.#find(id)
    try {
      const snapshot = await this.#hub.fetch(repo, files, {
        signal,
        onProgress: ({ receivedBytes, totalBytes, bytesPerSec, etaMs }) =>
          this.#update(id, { receivedBytes, totalBytes, bytesPerSec, etaMs }, 'soon'),
      })
      const download = this.#update(id, { state: 'finishing', bytesPerSec: null, etaMs: null }, 'now')
      await this.#finishers[repo.kind]?.(download, snapshot, signal)
      this.#update(id, { state: 'done' }, 'now')
    } catch (error) {
      const over = { bytesPerSec: null, etaMs: null }
      if (signal.reason === cancelled) this.#update(id, { ...over, state: 'cancelled' }, 'now')
      else if (signal.reason === closing) this.#update(id, { ...over, state: 'interrupted' }, 'now')
      else this.#update(id, { ...over, state: 'failed', error: toLabErrorInfo(error) }, 'now')
    } finally {
      this.#running.delete(id)
    }
  }

  #update(id: string, change: Partial<Download>, when: 'now' | 'soon'): Download {
    const download = { ...this.#find(id), ...change }
    this.#all.set(id, download)
    this.#changed(when)
    return download
  }

  /** Tells who watches and writes it down; small progress only from time to time. */
  #changed(when: 'now' | 'soon'): void {
    const nowMs = performance.now()
    if (when === 'now' || nowMs - this.#toldAtMs >= tellEveryMs) {
      this.#toldAtMs = nowMs
      for (const hear of this.#listeners) hear()
    }
    if (when === 'now' || nowMs - this.#savedAtMs >= saveEveryMs) {
      this.#savedAtMs = nowMs
      const text = `${JSON.stringify([...this.#all.values()], null, 2)}\n`
      // Without the list a download is as good; only after a restart it is not listed.
      this.#saving = this.#saving.then(() => writeFileAtomic(this.#file, text).then(() => undefined, console.error))
    }
  }

  #find(id: string): Download {
    const download = this.#all.get(id)
    if (download) return download
    throw new LabError({
      code: 'DOWNLOAD_NOT_FOUND',
      title: 'There is no such download',
      cause: `Nothing called ${JSON.stringify(id.slice(0, 80))} is in the list of downloads.`,
      suggestion: 'Start it again where it was started.',
    })
  }
}

/** What a new try takes over from the last one. */
const kept = ({ receivedBytes, totalBytes }: Download): Pick<Download, 'receivedBytes' | 'totalBytes'> => ({ receivedBytes, totalBytes })

function parseList(text: string): Download[] {
  try {
    return z.array(downloadSchema).parse(JSON.parse(text))
  } catch (error) {
    console.error('downloads.json cannot be read; the list begins anew.', error)
    return []
  }
}
