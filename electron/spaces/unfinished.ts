/**
 * Spaces that a push of this lab made and that are still without its files, with the revision they began at, in
 * `<lab>/unfinished-pushes.json`: so that the next push goes on without asking whether to overwrite what is nobody's work.
 */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'

const listSchema = z.array(z.object({ endpoint: z.string(), name: z.string(), revision: z.string() }))
type Unfinished = z.infer<typeof listSchema>[number]

export class UnfinishedPushes {
  readonly #file: string

  constructor(labDirectory: string) {
    this.#file = join(labDirectory, 'unfinished-pushes.json')
  }

  /** Whether the Space is still as the push that was cut short began it. */
  async has({ endpoint, name, revision }: Unfinished): Promise<boolean> {
    return (await this.#read()).some((entry) => entry.endpoint === endpoint && entry.name === name && entry.revision === revision)
  }

  async add(entry: Unfinished): Promise<void> {
    await this.#write([...(await this.#without(entry)), entry])
  }

  async remove(entry: Pick<Unfinished, 'endpoint' | 'name'>): Promise<void> {
    const all = await this.#read()
    const kept = await this.#without(entry)
    if (kept.length < all.length) await this.#write(kept)
  }

  async #without({ endpoint, name }: Pick<Unfinished, 'endpoint' | 'name'>): Promise<Unfinished[]> {
    return (await this.#read()).filter((entry) => entry.endpoint !== endpoint || entry.name !== name)
  }

  /** One that cannot be read is begun anew: the next push then asks. */
  async #read(): Promise<Unfinished[]> {
    try {
      return listSchema.parse(JSON.parse(await readFile(this.#file, 'utf8')))
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') console.error('unfinished-pushes.json cannot be read.', error)
      return []
    }
  }

  async #write(entries: readonly Unfinished[]): Promise<void> {
    await makeDirectory(dirname(this.#file))
    await writeFileAtomic(this.#file, `${JSON.stringify(entries, null, 2)}\n`)
  }
}
