/**
 * Data sets of one lab: `<lab>/datasets/<id>/{data.csv|.jsonl|.parquet, dataset.json}`, named after the digest of their rows,
 * so that the same data is kept once; one of the hub has its card here and its files in the hub's cache. A file is staged
 * piece by piece, looked at, and imported once its columns are settled; staged files live until they are imported, pushed
 * out by later ones, or the lab starts again. What an import leaves behind when it fails is nothing.
 */
import { randomUUID } from 'node:crypto'
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import type { DatasetCard, DatasetPreview } from '../../shared/domain/dataset.ts'
import { datasetCardSchema } from '../../shared/domain/dataset.ts'
import type { BadRowPolicy, ColumnMapping, DataRef } from '../../shared/domain/run-config.ts'
import { temporaryName, temporaryPrefix, writeFileAtomic } from '../checkpoint/atomic.ts'
import { withRoom } from '../checkpoint/disk-space.ts'
import { withWriteErrors } from '../checkpoint/file-errors.ts'
import { nodeFileSystem } from '../checkpoint/file-system.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { formatOf } from '../data/data-file.ts'
import { readCard, readPreview } from './dataset-reader.ts'

const stagedPrefix = 'staged-'
const maxStaged = 3

interface Staged {
  fileName: string
  path: string
  sizeBytes: number
  /** How much of it has arrived. */
  bytes: number
}

export class DatasetShelf {
  readonly #directory: string
  /** Oldest first. */
  readonly #staged = new Map<string, Staged>()
  #starter: Promise<DatasetCard> | null = null

  constructor(labDirectory: string) {
    this.#directory = join(labDirectory, 'datasets')
  }

  /** Removes what an earlier lab staged, or was writing when it died. */
  async open(): Promise<void> {
    await withWriteErrors(this.#directory, async () => {
      await makeDirectory(this.#directory)
      for (const name of await readdir(this.#directory)) {
        if (isUnfinished(name)) await rm(join(this.#directory, name), { recursive: true, force: true })
      }
    })
  }

  /** The starter set, then what was downloaded and imported, by title. */
  async list(): Promise<DatasetCard[]> {
    this.#starter ??= readCard({ kind: 'starter' })
    const names = (await readdir(this.#directory)).filter((name) => !isUnfinished(name))
    const cards = await Promise.all(names.map((name) => keptCard(join(this.#directory, name))))
    const imported = cards.filter((card) => card !== null).sort((a, b) => a.title.localeCompare(b.title))
    return [await this.#starter, ...imported]
  }

  /** Makes room for a file of `sizeBytes`. Throws DISK_FULL, OUTPUT_NOT_WRITABLE. */
  async stage(fileName: string, sizeBytes: number): Promise<{ stagedId: string }> {
    const stagedId = `${stagedPrefix}${randomUUID()}`
    const directory = join(this.#directory, stagedId)
    // Errors of the import name the file by its own name.
    const path = resolveInside(directory, safeFileName(fileName))
    const room = { what: fileName, directory: this.#directory, bytes: sizeBytes, afterwards: 'then choose the file again' }
    await withRoom(room, nodeFileSystem, () =>
      withWriteErrors(directory, async () => {
        await makeDirectory(directory)
        await (await open(path, 'wx')).close()
      }),
    )
    this.#staged.set(stagedId, { fileName, path, sizeBytes, bytes: 0 })
    const [oldest] = this.#staged.keys()
    if (this.#staged.size > maxStaged && oldest !== undefined) await this.#drop(oldest)
    return { stagedId }
  }

  /** Throws DATA_NOT_FOUND, DATA_UNREADABLE for a piece that is not the next one, DISK_FULL. */
  async upload(stagedId: string, offset: number, piece: Uint8Array): Promise<void> {
    const staged = this.#find(stagedId)
    if (offset !== staged.bytes || offset + piece.byteLength > staged.sizeBytes) throw incomplete(staged)
    staged.bytes += piece.byteLength
    await withWriteErrors(staged.path, async () => {
      const file = await open(staged.path, 'r+')
      try {
        for (let at = 0; at < piece.byteLength;) at += (await file.write(piece, at, piece.byteLength - at, offset + at)).bytesWritten
      } finally {
        await file.close()
      }
    })
  }

  /** Throws what the reader of its format throws. The file stays staged. */
  async inspect(stagedId: string, mapping?: ColumnMapping): Promise<DatasetPreview> {
    const staged = this.#find(stagedId)
    if (staged.bytes !== staged.sizeBytes) throw incomplete(staged)
    const preview = await readPreview({ kind: formatOf(staged.fileName), path: staged.path }, mapping)
    return { ...preview, fileName: staged.fileName }
  }

  /** Reads the staged file for good. A failure keeps it staged, so that another choice can be tried. */
  async import(stagedId: string, mapping: ColumnMapping, onBadRow: BadRowPolicy): Promise<DatasetCard> {
    const staged = this.#find(stagedId)
    if (staged.bytes !== staged.sizeBytes) throw incomplete(staged)
    const kind = formatOf(staged.fileName)
    const card = await readCard({ kind, path: staged.path, mapping, onBadRow })
    const path = join(resolveInside(this.#directory, card.id), `data.${kind}`)
    const kept: DatasetCard = { ...card, title: staged.fileName, ref: { kind, path, mapping, onBadRow } }
    await this.#keep(kept, { from: staged.path, name: `data.${kind}` })
    await this.#drop(stagedId)
    return kept
  }

  /** The whole of a staged file, which is then forgotten. Throws DATA_NOT_FOUND, and DATA_UNREADABLE for more than `maxBytes`. */
  async take(stagedId: string, maxBytes: number): Promise<{ fileName: string; bytes: Buffer }> {
    const { fileName, path, sizeBytes, bytes } = this.#find(stagedId)
    if (bytes !== sizeBytes) throw incomplete(this.#find(stagedId))
    try {
      if (sizeBytes > maxBytes) throw tooLargeToTake(fileName, maxBytes)
      return { fileName, bytes: await readFile(path) }
    } finally {
      await this.#drop(stagedId)
    }
  }

  /** Lists a data set whose files lie elsewhere. Throws the DATA_… errors of `loadDataset`. */
  async add(ref: DataRef, signal: AbortSignal): Promise<DatasetCard> {
    const card = await readCard(ref, signal)
    await this.#keep(card, null)
    return card
  }

  /** Throws DATA_NOT_FOUND; the starter set is part of the lab and stays. */
  async remove(datasetId: string): Promise<void> {
    const directory = resolveInside(this.#directory, datasetId)
    if (isUnfinished(datasetId) || (await keptCard(directory)) === null) throw notKept(datasetId)
    // Out of the list at once, then gone: killed in between, the next start removes it.
    const doomed = join(this.#directory, temporaryName(datasetId))
    await withWriteErrors(directory, async () => {
      await rename(directory, doomed)
      await rm(doomed, { recursive: true, force: true })
    })
  }

  /** The folder of a data set, written under another name and renamed, in place of one of the same rows. */
  async #keep(card: DatasetCard, file: { from: string; name: string } | null): Promise<void> {
    const directory = resolveInside(this.#directory, card.id)
    const fresh = join(this.#directory, temporaryName(card.id))
    await withWriteErrors(directory, async () => {
      try {
        await makeDirectory(fresh)
        if (file) await rename(file.from, join(fresh, file.name))
        await writeFileAtomic(join(fresh, 'dataset.json'), `${JSON.stringify(card, null, 2)}\n`)
        const replaced = join(this.#directory, temporaryName(card.id))
        if (await exists(directory)) await rename(directory, replaced)
        await rename(fresh, directory)
        await rm(replaced, { recursive: true, force: true })
      } catch (error) {
        if (file && (await exists(join(fresh, file.name)))) await rename(join(fresh, file.name), file.from).catch(() => undefined)
        await rm(fresh, { recursive: true, force: true })
        throw error
      }
    })
  }

  #find(stagedId: string): Staged {
    const staged = this.#staged.get(stagedId)
    if (!staged) throw notStaged()
    return staged
  }

  async #drop(stagedId: string): Promise<void> {
    this.#staged.delete(stagedId)
    await rm(join(this.#directory, stagedId), { recursive: true, force: true })
  }
}

const isUnfinished = (name: string): boolean => name.startsWith(stagedPrefix) || name.startsWith(temporaryPrefix)

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Null for a folder that is no data set of ours; the card's own check decides. */
async function keptCard(directory: string): Promise<DatasetCard | null> {
  try {
    return datasetCardSchema.parse(JSON.parse(await readFile(join(directory, 'dataset.json'), 'utf8')))
  } catch {
    return null
  }
}

/** A name that is one path segment on every system. */
function safeFileName(fileName: string): string {
  const safe = fileName.replaceAll(/[^\p{L}\p{N} ._-]/gu, '_').slice(-100)
  return /^[. ]*$/.test(safe) ? 'data.csv' : safe.replace(/^\.+/, '_')
}

const notStaged = (): LabError =>
  new LabError({
    code: 'DATA_NOT_FOUND',
    title: 'The file is no longer at hand',
    cause: `Only the last ${maxStaged} files that were chosen are kept until they are imported.`,
    suggestion: 'Choose the file again.',
  })

const incomplete = ({ fileName, bytes, sizeBytes }: Staged): LabError =>
  new LabError({
    code: 'DATA_UNREADABLE',
    title: `${fileName} has not arrived whole`,
    cause: `${bytes} of its ${sizeBytes} bytes are here, and the next piece was another one.`,
    suggestion: 'Choose the file again.',
  })

const notKept = (datasetId: string): LabError =>
  new LabError({
    code: 'DATA_NOT_FOUND',
    title: 'There is no such data set to remove',
    cause: `Nothing called ${JSON.stringify(datasetId.slice(0, 80))} was imported or downloaded.`,
    suggestion: 'Look at the list of data sets again.',
  })

const tooLargeToTake = (fileName: string, maxBytes: number): LabError =>
  new LabError({
    code: 'DATA_UNREADABLE',
    title: `${fileName} is too large for this`,
    cause: `Files of up to ${maxBytes / 1024 / 1024} MB are taken here.`,
    suggestion: 'Measure a model on a large file from the command line: npm run evaluate -- --model DIR --data FILE',
  })
