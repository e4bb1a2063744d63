/**
 * Data sets of one lab: `<lab>/datasets/<id>/{data.csv, dataset.json}`, named after the digest of their rows, so that
 * the same data is kept once. A CSV is staged first, looked at, and imported once its columns are settled; staged texts
 * live until they are imported, pushed out by later ones, or the lab starts again.
 */
import { randomUUID } from 'node:crypto'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import type { CsvPreview, DatasetCard } from '../../shared/domain/dataset.ts'
import { datasetCardSchema } from '../../shared/domain/dataset.ts'
import type { BadRowPolicy, ColumnMapping } from '../../shared/domain/run-config.ts'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { withWriteErrors } from '../checkpoint/file-errors.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { previewCsv } from '../data/csv.ts'
import { loadDataset } from '../data/dataset.ts'

const stagedPrefix = 'staged-'
const maxStaged = 3

export class DatasetShelf {
  readonly #directory: string
  /** Oldest first. */
  readonly #staged = new Map<string, { fileName: string; path: string }>()
  #starter: Promise<DatasetCard> | null = null

  constructor(labDirectory: string) {
    this.#directory = join(labDirectory, 'datasets')
  }

  /** Removes what an earlier lab staged. */
  async open(): Promise<void> {
    await withWriteErrors(this.#directory, async () => {
      await makeDirectory(this.#directory)
      for (const name of await readdir(this.#directory)) {
        if (name.startsWith(stagedPrefix)) await rm(join(this.#directory, name), { recursive: true, force: true })
      }
    })
  }

  /** The starter set, then what was imported, by title. */
  async list(): Promise<DatasetCard[]> {
    this.#starter ??= loadDataset({ kind: 'starter' }).then(({ card }) => card)
    const names = (await readdir(this.#directory)).filter((name) => !name.startsWith(stagedPrefix))
    const cards = await Promise.all(names.map((name) => readCard(join(this.#directory, name))))
    const imported = cards.filter((card) => card !== null).sort((a, b) => a.title.localeCompare(b.title))
    return [await this.#starter, ...imported]
  }

  /** Throws what `previewCsv` throws; then nothing is kept. */
  async stage(fileName: string, text: string, mapping?: ColumnMapping): Promise<{ stagedId: string; preview: CsvPreview }> {
    const preview = previewCsv(fileName, text, mapping)
    const stagedId = `${stagedPrefix}${randomUUID()}`
    const directory = join(this.#directory, stagedId)
    // Errors of the import name the file by its own name.
    const path = resolveInside(directory, safeFileName(fileName))
    await withWriteErrors(directory, async () => {
      await makeDirectory(directory)
      await writeFile(path, text)
    })
    this.#staged.set(stagedId, { fileName, path })
    const [oldest] = this.#staged.keys()
    if (this.#staged.size > maxStaged && oldest !== undefined) await this.#drop(oldest)
    return { stagedId, preview }
  }

  /** Reads the staged text for good. A failure keeps it staged, so that another choice can be tried. */
  async import(stagedId: string, mapping: ColumnMapping, onBadRow: BadRowPolicy): Promise<DatasetCard> {
    const staged = this.#staged.get(stagedId)
    if (!staged) throw notStaged()
    const { card } = await loadDataset({ kind: 'csv', path: staged.path, mapping, onBadRow })
    const directory = resolveInside(this.#directory, card.id)
    const path = join(directory, 'data.csv')
    const kept: DatasetCard = { ...card, title: staged.fileName, ref: { kind: 'csv', path, mapping, onBadRow } }
    await withWriteErrors(directory, async () => {
      await makeDirectory(directory)
      await rename(staged.path, path)
      await writeFileAtomic(join(directory, 'dataset.json'), `${JSON.stringify(kept, null, 2)}\n`)
    })
    await this.#drop(stagedId)
    return kept
  }

  async #drop(stagedId: string): Promise<void> {
    this.#staged.delete(stagedId)
    await rm(join(this.#directory, stagedId), { recursive: true, force: true })
  }
}

/** Null for a folder that is no data set of ours; the card's own check decides. */
async function readCard(directory: string): Promise<DatasetCard | null> {
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
