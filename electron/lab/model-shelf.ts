/**
 * The pretrained models of one lab: folders that were opened and repositories that were downloaded, in `<lab>/models.json`.
 * Only their places are kept; what they are is looked up every time, so that a folder that changed is shown as it is now.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { LabError, toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { PretrainedModel } from '../../shared/domain/model-report.ts'
import { modelSourceSchema, modelTitle, type ModelSource } from '../../shared/domain/run-config.ts'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { withWriteErrors } from '../checkpoint/file-errors.ts'
import type { Hub } from '../hub/hub.ts'
import { cachedModel } from '../pretrained/hub-model.ts'
import { describeModel } from '../pretrained/open-model.ts'

const entriesSchema = z.array(z.object({ source: modelSourceSchema, addedAt: z.iso.datetime() }))
type Entry = z.infer<typeof entriesSchema>[number]

const maxModels = 100

export class ModelShelf {
  readonly #file: string
  readonly #hub: Hub
  /** Newest first. */
  #entries: Entry[] = []

  constructor(labDirectory: string, hub: Hub) {
    this.#file = join(labDirectory, 'models.json')
    this.#hub = hub
  }

  /** Reads what was there. A list that cannot be read is begun anew: the models do not depend on it. */
  async open(): Promise<void> {
    try {
      this.#entries = entriesSchema.parse(JSON.parse(await readFile(this.#file, 'utf8')))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) console.error('models.json cannot be read.', error)
    }
  }

  list(): Promise<PretrainedModel[]> {
    return Promise.all(this.#entries.map((entry) => this.#describe(entry)))
  }

  /** The model called `id` as it is now, or null. */
  async find(id: string): Promise<PretrainedModel | null> {
    const entry = this.#entries.find(({ source }) => idOf(source) === id)
    return entry ? this.#describe(entry) : null
  }

  /** Looks at the model and puts it first in the list. Throws MODEL_NOT_FOUND or MODEL_INVALID; then nothing is kept. */
  async add(given: ModelSource): Promise<PretrainedModel> {
    const source = given.kind === 'folder' ? { ...given, path: resolve(given.path) } : given
    await describeModel(await this.directoryOf(source))
    const entry = { source, addedAt: new Date().toISOString() }
    const id = idOf(source)
    this.#entries = [entry, ...this.#entries.filter((other) => idOf(other.source) !== id)].slice(0, maxModels)
    await this.#save()
    return this.#describe(entry)
  }

  /** Takes a model off the list; its files stay where they are. */
  async forget(id: string): Promise<void> {
    this.#entries = this.#entries.filter(({ source }) => idOf(source) !== id)
    await this.#save()
  }

  /** Where the model lies. Throws MODEL_NOT_FOUND where it has to be downloaded first. */
  async directoryOf(source: ModelSource): Promise<string> {
    if (source.kind === 'folder') return source.path
    const directory = await cachedModel(this.#hub, source)
    if (directory !== null) return directory
    throw new LabError({
      code: 'MODEL_NOT_FOUND',
      title: `The model ${source.id} is not on this machine yet`,
      cause: `The hub's cache, ${this.#hub.settings.cacheDirectory}, does not hold it at revision ${source.revision}.`,
      suggestion: 'Download it on the Models screen, then start again.',
    })
  }

  async #describe({ source, addedAt }: Entry): Promise<PretrainedModel> {
    const about = { id: idOf(source), title: modelTitle({ model: 'tiny', initFrom: source }), source, addedAt }
    try {
      const directory = await this.directoryOf(source)
      return { ...about, directory, report: await describeModel(directory), error: null }
    } catch (error) {
      return { ...about, directory: null, report: null, error: toLabErrorInfo(error) }
    }
  }

  async #save(): Promise<void> {
    await withWriteErrors(this.#file, () => writeFileAtomic(this.#file, `${JSON.stringify(this.#entries, null, 2)}\n`))
  }
}

/** A name for the page and the playground: it says nothing of the path. */
const idOf = (source: ModelSource): string => `pretrained-${createHash('sha256').update(JSON.stringify(source)).digest('hex').slice(0, 16)}`
