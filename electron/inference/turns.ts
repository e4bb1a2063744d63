/**
 * Whose turn it is at the model. Jobs of one headline and of ten thousand stand in one queue; a turn is one batch at most,
 * after which a long job goes to the back: nobody waits for a whole job of another. Batches of different jobs for the same
 * model are computed together, so what arrives while the model is busy becomes one batch by itself. Pure: no thread, no
 * clock.
 */

/** A headline that is asked alone, with its tokens and its time, and so computed alone. */
export interface HeadlineJob {
  kind: 'headline'
  modelDirectory: string
  text: string
}

/** Texts of which only the answers are wanted. Its rows are taken from the shortest to the longest. */
export interface BatchJob {
  kind: 'batch'
  modelDirectory: string
  texts: readonly string[]
  /** Indices of `texts` that are still to be taken; made by `byLength`. */
  remaining: number[]
}

export type Job = HeadlineJob | BatchJob

/** Rows of one job within a batch. */
export interface Part<B extends BatchJob> {
  job: B
  /** Indices into the job's texts. */
  rows: number[]
}

export type Turn<H extends HeadlineJob, B extends BatchJob> = { kind: 'headline'; job: H } | { kind: 'batch'; parts: Part<B>[] }

/** Beyond it a batch is hardly faster per row, and whoever waits behind it waits longer. */
export const maxBatchRows = 32
/** Likewise for long texts, in tokens as `tokensAbout` guesses them. */
const maxBatchTokens = 1_024

/** Good enough to sort by and to bound a batch with; the worker counts exactly. The rest of a longer text is cut off. */
const tokensAbout = (text: string): number => Math.min(128, 2 + text.length / 5)

/** Indices of `texts`, longest first: rows of like length share a batch with little padding. */
export const byLength = (texts: readonly string[]): number[] =>
  [...texts.keys()].sort((a, b) => texts[b]!.length - texts[a]!.length || b - a)

export class TurnQueue<H extends HeadlineJob, B extends BatchJob> {
  /** In the order of their turns. */
  readonly #waiting = new Set<H | B>()
  /** Jobs that had the last turn and are not done. They go behind those that came while it was computed. */
  #unfinished: B[] = []

  add(job: H | B): void {
    this.#waiting.add(job)
  }

  /** What is left of `job` is not computed. */
  remove(job: H | B): void {
    this.#waiting.delete(job)
  }

  /** The next thing to compute, or null where nothing waits. */
  next(): Turn<H, B> | null {
    for (const job of this.#unfinished.splice(0)) if (this.#waiting.delete(job)) this.#waiting.add(job)
    const [first] = this.#waiting
    if (!first) return null
    if (first.kind === 'headline') {
      this.#waiting.delete(first)
      return { kind: 'headline', job: first }
    }
    const parts = this.#fillBatch(first.modelDirectory)
    for (const { job } of parts) {
      if (job.remaining.length > 0) this.#unfinished.push(job)
      else this.#waiting.delete(job)
    }
    return { kind: 'batch', parts }
  }

  /** Rows of the jobs for one model, in the order of their turns, until the batch is full. */
  #fillBatch(modelDirectory: string): Part<B>[] {
    const parts: Part<B>[] = []
    let rowsLeft = maxBatchRows
    let tokensLeft = maxBatchTokens
    for (const job of this.#waiting) {
      if (job.kind !== 'batch' || job.modelDirectory !== modelDirectory) continue
      const rows: number[] = []
      for (let row = job.remaining.at(-1); row !== undefined && rowsLeft > 0; row = job.remaining.at(-1)) {
        tokensLeft -= tokensAbout(job.texts[row]!)
        if (tokensLeft < 0) break
        rowsLeft -= 1
        rows.push(job.remaining.pop()!)
      }
      if (rows.length > 0) parts.push({ job, rows })
      if (rowsLeft === 0 || tokensLeft < 0) break
    }
    return parts
  }
}
