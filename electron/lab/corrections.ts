/**
 * What people corrected in the playground: `<lab>/corrections.jsonl`, a line for each correction and each removal, only
 * ever appended to. A text has one correction, the last. A process that was killed may leave half a line; it is passed
 * over, and the next line does not join it.
 */
import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { systemErrorCode, withWriteErrors } from '../checkpoint/file-errors.ts'
import { LabError } from '../../shared/contract/errors.ts'
import type { Correction } from '../../shared/domain/correction.ts'
import { correctionSchema } from '../../shared/domain/correction.ts'

const lineSchema = z.discriminatedUnion('type', [
  correctionSchema.extend({ type: z.literal('correction') }),
  z.object({ type: z.literal('removal'), id: z.string() }),
])
type Line = z.infer<typeof lineSchema>

/** Corrections are made by hand, one by one; beyond this something else writes. */
const maxCorrections = 20_000

export class CorrectionBook {
  readonly #file: string
  /** One write after the other, each after it read what is there. */
  #previous: Promise<unknown> = Promise.resolve()

  constructor(labDirectory: string) {
    this.#file = join(labDirectory, 'corrections.jsonl')
  }

  /** Newest first. */
  async list(): Promise<Correction[]> {
    const kept = new Map<string, Correction>()
    for (const line of await this.#lines()) {
      kept.delete(line.id)
      if (line.type === 'correction') kept.set(line.id, correctionSchema.parse(line))
    }
    return [...kept.values()].reverse()
  }

  /** Replaces an earlier correction of the same text. Throws TOO_BUSY where there are too many, DISK_FULL, OUTPUT_NOT_WRITABLE. */
  add(made: Omit<Correction, 'id' | 'createdAt'>): Promise<Correction> {
    return this.#inTurn(async () => {
      const id = createHash('sha256').update(made.text.trim()).digest('hex').slice(0, 16)
      const kept = await this.list()
      const known = kept.find((correction) => correction.id === id)
      if (known?.label === made.label) return known
      if (kept.length >= maxCorrections) throw tooMany()
      const correction = { ...made, id, createdAt: new Date().toISOString() }
      await this.#append({ type: 'correction', ...correction })
      return correction
    })
  }

  remove(id: string): Promise<void> {
    return this.#inTurn(async () => {
      if ((await this.list()).some((correction) => correction.id === id)) await this.#append({ type: 'removal', id })
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#previous.then(work)
    this.#previous = result.catch(() => undefined)
    return result
  }

  async #lines(): Promise<Line[]> {
    let text: string
    try {
      text = await readFile(this.#file, 'utf8')
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return []
      throw error
    }
    return text.split('\n').flatMap((line) => parseLine(line) ?? [])
  }

  /** One write, flushed: the line is there whole or, at its end, torn and passed over. */
  async #append(line: Line): Promise<void> {
    await withWriteErrors(this.#file, async () => {
      const handle = await open(this.#file, 'a+')
      try {
        const { size } = await handle.stat()
        const last = Buffer.alloc(1)
        if (size > 0) await handle.read(last, 0, 1, size - 1)
        const torn = size > 0 && last.toString() !== '\n'
        await handle.appendFile(`${torn ? '\n' : ''}${JSON.stringify(line)}\n`)
        await handle.sync()
      } finally {
        await handle.close()
      }
    })
  }
}

function parseLine(line: string): Line | null {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null // Torn, or empty.
  }
}

const tooMany = (): LabError =>
  new LabError({
    code: 'TOO_BUSY',
    title: 'There are too many corrections',
    cause: `The lab keeps ${maxCorrections} of them.`,
    suggestion: 'Make a data set of them, then remove those that are no longer needed.',
  })
