/**
 * One blob of the cache: fetched into `<etag>.incomplete`, checked against its etag, flushed, renamed. What is there of it
 * when the connection, the program or the machine dies is where the next try goes on.
 *
 * Bytes are written at their own place in the file, never appended, because the etag says what they are: two programs that
 * fetch the same blob write the same bytes to the same places, and whoever is first renames it.
 */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { syncDirectory } from '../checkpoint/atomic.ts'
import { withRoom } from '../checkpoint/disk-space.ts'
import { systemErrorCode, withWriteErrors } from '../checkpoint/file-errors.ts'
import type { FileSystem } from '../checkpoint/file-system.ts'
import { ask, fileUrl, type FileFacts } from './api.ts'
import { answerInvalid, ConnectionLost, type HttpClient } from './http.ts'
import { repoTitle, type HubRepo } from './repo.ts'
import { retrying } from './retry.ts'

export interface BlobDownload {
  http: HttpClient
  /** At a commit: the bytes cannot change between two tries. */
  repo: HubRepo
  facts: FileFacts
  /** Where it goes; the directory exists. */
  blob: string
  signal: AbortSignal
  /** Bytes of the file that are on the disk. */
  onBytes: (bytes: number) => void
  fileSystem: FileSystem
}

/** Throws the HUB_… errors, DOWNLOAD_CORRUPT, DISK_FULL, OUTPUT_NOT_WRITABLE, or the reason of `signal`. */
export async function downloadBlob(download: BlobDownload): Promise<void> {
  const { facts, blob, onBytes, fileSystem } = download
  if (await exists(blob)) return onBytes(facts.sizeBytes)
  const incomplete = `${blob}.incomplete`
  const there = await sizeOf(incomplete)
  const room = {
    what: basename(facts.path),
    directory: dirname(blob),
    bytes: Math.max(0, facts.sizeBytes - there),
    afterwards: 'then download it again: it goes on where it stopped',
  }
  await withRoom(room, fileSystem, () => withWriteErrors(incomplete, () => fillAndRename(download, incomplete)))
}

async function fillAndRename(download: BlobDownload, incomplete: string): Promise<void> {
  const { facts, blob, http, signal } = download
  const handle = await openToFill(incomplete)
  try {
    const file = new PartialFile(handle, facts)
    await file.start(incomplete)
    let before = file.bytes
    const progressed = (): boolean => {
      const more = file.bytes > before
      before = file.bytes
      return more
    }
    await retrying(http.settings, signal, () => receive(download, file), progressed)
    if (!file.matches()) {
      await rm(incomplete, { force: true })
      throw corrupt(download)
    }
    await handle.truncate(facts.sizeBytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await rename(incomplete, blob)
  } catch (error) {
    // Another program was faster: what it renamed are these very bytes.
    if (systemErrorCode(error) !== 'ENOENT' || !(await exists(blob))) throw error
  }
  await syncDirectory(dirname(blob))
}

/** `r+` keeps what is there; there is no flag that also creates. */
async function openToFill(path: string): Promise<FileHandle> {
  await (await open(path, 'a')).close()
  return open(path, 'r+')
}

/** A file that is filled from its beginning, with the digest of what is in it. */
class PartialFile {
  bytes = 0
  readonly #handle: FileHandle
  readonly #facts: FileFacts
  #hash: Hash

  constructor(handle: FileHandle, facts: FileFacts) {
    this.#handle = handle
    this.#facts = facts
    this.#hash = this.#newHash()
  }

  /** Takes over what an earlier try left. */
  async start(path: string): Promise<void> {
    const { size } = await this.#handle.stat()
    if (size > this.#facts.sizeBytes) return
    for await (const chunk of createReadStream(path, { end: Math.max(0, size - 1) }) as AsyncIterable<Buffer>) this.#count(chunk)
  }

  startAnew(): void {
    this.bytes = 0
    this.#hash = this.#newHash()
  }

  async append(chunk: Buffer): Promise<void> {
    for (let offset = 0; offset < chunk.byteLength;) {
      const { bytesWritten } = await this.#handle.write(chunk, offset, chunk.byteLength - offset, this.bytes + offset)
      offset += bytesWritten
    }
    this.#count(chunk)
  }

  #count(chunk: Buffer): void {
    this.#hash.update(chunk)
    this.bytes += chunk.byteLength
  }

  /** Whether it is whole and what its etag says. */
  matches(): boolean {
    const { etag, sizeBytes } = this.#facts
    const checkable = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(etag)
    return this.bytes === sizeBytes && (!checkable || this.#hash.copy().digest('hex') === etag)
  }

  /** By the length of the etag: SHA-256 of the content, or SHA-1 of git's blob. */
  #newHash(): Hash {
    const { etag, sizeBytes } = this.#facts
    return etag.length === 40 ? createHash('sha1').update(`blob ${sizeBytes}\0`) : createHash('sha256')
  }
}

/** One connection: from where the file stands to its end. Throws ConnectionLost where it breaks off before. */
async function receive({ http, repo, facts, signal, onBytes }: BlobDownload, file: PartialFile): Promise<void> {
  onBytes(file.bytes)
  if (file.bytes === facts.sizeBytes) return
  const range: Record<string, string> = file.bytes > 0 ? { range: `bytes=${file.bytes}-` } : {}
  const url = fileUrl(http, repo, facts.path)
  const { status, headers, body } = await ask(http, { method: 'GET', url, headers: range, follow: 'everywhere', signal }, repo, facts.path)
  try {
    if (status !== 200 && status !== 206) throw answerInvalid(`For ${facts.path} it answered ${status}.`)
    // A server that ignores the range, or answers another one, sends the file from its beginning.
    if (status === 200) file.startAnew()
    else if (!headers['content-range']?.startsWith(`bytes ${file.bytes}-`))
      throw answerInvalid('It sends another part of the file than was asked for.')
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (file.bytes + chunk.byteLength > facts.sizeBytes) throw answerInvalid(`It sends more of ${facts.path} than the file has.`)
      await withWriteErrors(facts.path, () => file.append(chunk))
      onBytes(file.bytes)
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof LabError ? error : new ConnectionLost('the connection broke off', { cause: error })
  } finally {
    body.destroy()
  }
  if (file.bytes < facts.sizeBytes) throw new ConnectionLost('the connection broke off')
}

const corrupt = ({ repo, facts }: BlobDownload): LabError =>
  new LabError({
    code: 'DOWNLOAD_CORRUPT',
    title: `${basename(facts.path)} arrived damaged`,
    cause: `Its checksum is not the one that the hub gives for ${facts.path} of ${repoTitle(repo)}. The file was removed.`,
    suggestion: 'Download it again; if it happens again, something between you and the hub changes what passes.',
  })

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    return 0
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
