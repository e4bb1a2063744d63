/**
 * Creates a Space on the hub and sends a folder into it, as one commit. Nothing that is there is overwritten unless the
 * caller names the revision that a person has seen; the hub itself checks it once more when it commits.
 */
import { join } from 'node:path'
import type { HubAccount, PublishedSpace, PushEvent, PushProgress, PushResult, SpaceFolder } from '../../shared/domain/space.ts'
import { fileDigest } from '../checkpoint/file-digest.ts'
import { ProgressMeter, type SizedFile } from '../hub/progress.ts'
import { follow } from './follow.ts'
import { damaged, factsFileName, verifiedSpaceFolder } from './folder.ts'
import { belongsToOthers, readOnlyToken, spaceChanged, spaceExists } from './hub-errors.ts'
import type { UploadedObject, UploadWatcher } from './hub-fetch.ts'
import type { SpaceHub, SpaceOnHub } from './space-hub.ts'
import type { UnfinishedPushes } from './unfinished.ts'

export interface PushOptions {
  hub: SpaceHub
  unfinished: UnfinishedPushes
  directory: string
  /** 'owner/name' */
  name: string
  /** Of a Space that is created. */
  isPrivate: boolean
  overwriteRevision: string | null
}

type Tell = (progress: PushProgress) => void

/** The hub's own; it comes with a Space and stays. */
const hubFileName = '.gitattributes'

/** What is there under `name`; null: nothing. */
export async function publishedSpace(
  hub: SpaceHub,
  unfinished: UnfinishedPushes,
  name: string,
  signal?: AbortSignal,
): Promise<PublishedSpace | null> {
  const found = await hub.find(name, signal)
  if (found === null) return null
  const { url, revision, sdk, lastModified, fileCount, isPrivate } = found
  const isUnfinished = await unfinished.has({ endpoint: hub.settings.endpoint, name, revision })
  return { name, url, revision, sdk, lastModified, fileCount, isPrivate, isUnfinished }
}

/**
 * The stream is the push; who stops reading it ends it. Throws SPACE_NOT_FOUND, SPACE_INVALID, SPACE_EXISTS, SPACE_CHANGED,
 * CANCELLED, and the errors of the hub.
 */
export const pushSpace = (options: PushOptions, signal?: AbortSignal): AsyncGenerator<PushEvent, void> =>
  follow((tell: Tell, ended) => push(options, tell, ended), signal)

async function push(options: PushOptions, tell: Tell, signal: AbortSignal): Promise<PushResult> {
  const { hub, unfinished, directory, name } = options
  const say = (stage: string): void => tell({ stage, sentBytes: 0, totalBytes: null, bytesPerSec: null, etaMs: null })
  // First of all: without a token that may write nothing else is worth waiting for.
  say('asking the hub whose token this is')
  const account = await hub.account(signal)
  if (!account.canWrite) throw readOnlyToken(account.name)
  say('checking the folder')
  const folder = await verifiedSpaceFolder(directory, signal)
  say(`looking what is at ${name}`)
  const there = await spaceToFill(options, account, folder, say, signal)
  const files = [...folder.facts.files.map(({ path }) => path), factsFileName]
  const kept = new Set([...files, hubFileName])
  const uploads = new UploadMeter(folder, await fileDigest(join(directory, factsFileName), signal), tell)
  say('asking the hub which files it has already')
  try {
    const deleted = there.files.filter((path) => !kept.has(path))
    const revision = await hub.commit({ name, directory, files, deleted, parent: there.revision }, uploads, signal)
    await unfinished.remove({ endpoint: hub.settings.endpoint, name })
    return { name, url: there.url, revision, ...uploads.sums() }
  } finally {
    uploads.end()
  }
}

/** The Space as it is before the push: a new one, or the one that may be overwritten. */
async function spaceToFill(
  { hub, unfinished, name, isPrivate, overwriteRevision }: PushOptions,
  { owners }: HubAccount,
  { facts }: SpaceFolder,
  say: (stage: string) => void,
  signal: AbortSignal,
): Promise<SpaceOnHub> {
  const { endpoint } = hub.settings
  const found = await hub.find(name, signal)
  if (found !== null) {
    const { revision } = found
    if (overwriteRevision === revision || (await unfinished.has({ endpoint, name, revision }))) return found
    if (!owners.includes(name.split('/')[0]!)) throw belongsToOthers(name, owners)
    throw overwriteRevision === null ? spaceExists(name, describe(found)) : spaceChanged(name, describe(found))
  }
  if (overwriteRevision !== null) throw spaceChanged(name, 'It is no longer there.')
  say(`creating ${name}`)
  await hub.create(name, facts.kind, isPrivate, signal)
  const created = await hub.find(name, signal)
  if (created === null) throw spaceChanged(name, 'It was created, and is not there.')
  await unfinished.add({ endpoint, name, revision: created.revision })
  return created
}

const describe = ({ sdk, fileCount, lastModified, revision }: SpaceOnHub): string =>
  `It holds ${fileCount} files${sdk === null ? '' : ` (${sdk})`}${lastModified === null ? '' : `, last changed ${lastModified.slice(0, 16).replace('T', ' ')} UTC`}, at revision ${revision.slice(0, 8)}.`

/** What is sent, as the hub asks for it: bytes over all files, rate, time left. */
class UploadMeter implements UploadWatcher {
  readonly #directory: string
  /** By digest. */
  readonly #nameOf: ReadonlyMap<string, string>
  readonly #tell: Tell
  readonly #pathOf = new Map<string, string>()
  /** By address: a large file goes to several. */
  readonly #sent = new Map<string, number>()
  readonly #files: SizedFile[] = []
  #meter: ProgressMeter | null = null
  readonly #sum = { sentBytes: 0, reusedBytes: 0 }

  constructor({ path: directory, facts }: SpaceFolder, factsDigest: string, tell: Tell) {
    this.#directory = directory
    this.#nameOf = new Map([...facts.files.map(({ sha256, path }) => [sha256, path] as const), [factsDigest, factsFileName]])
    this.#tell = tell
  }

  /** Throws SPACE_INVALID where a file is no longer the one that was looked at: the digests are those of what would be sent. */
  onObjects(objects: readonly UploadedObject[]): void {
    for (const { oid } of objects) this.#pathOfObject(oid)
    const wanted = objects.filter(({ addresses }) => addresses.length > 0)
    const sum = (of: readonly UploadedObject[]): number => of.reduce((total, { sizeBytes }) => total + sizeBytes, 0)
    this.#sum.sentBytes += sum(wanted)
    this.#sum.reusedBytes += sum(objects) - sum(wanted)
    for (const { oid, addresses } of wanted)
      for (const address of addresses) this.#pathOf.set(new URL(address).href, this.#pathOfObject(oid))
    this.#files.push(...wanted.map(({ oid, sizeBytes }) => ({ path: this.#pathOfObject(oid), sizeBytes })))
    this.#meter?.end()
    this.#meter = new ProgressMeter(this.#files, ({ path, receivedBytes, totalBytes, bytesPerSec, etaMs }) =>
      this.#tell({
        stage: receivedBytes < totalBytes ? `sending ${path}` : 'waiting for the hub to take the files',
        sentBytes: receivedBytes,
        totalBytes,
        bytesPerSec,
        etaMs,
      }),
    )
  }

  onSent(address: string, bytes: number): void {
    const path = this.#pathOf.get(address)
    if (path === undefined) return
    this.#sent.set(address, bytes)
    let sum = 0
    for (const [other, sent] of this.#sent) if (this.#pathOf.get(other) === path) sum += sent
    this.#meter?.show({ path }, sum)
  }

  /** Of a push that was committed. */
  sums(): { sentBytes: number; reusedBytes: number } {
    return this.#sum
  }

  end(): void {
    this.#meter?.end()
    this.#meter = null
  }

  #pathOfObject(oid: string): string {
    const path = this.#nameOf.get(oid)
    if (path === undefined) throw damaged(this.#directory, 'a file', 'has changed while it was sent')
    return path
  }
}
