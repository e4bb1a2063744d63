/**
 * Finds the rank that the others wait for: its own time for a step, the waiting in the all-reduce left out, is far above
 * that of the rest. Medians over the last steps, so that one hiccup flags nobody. Pure bookkeeping.
 */
import { median } from '../../shared/domain/series.ts'

const windowSteps = 10
/** A rank that takes this many times as long is worth a word. */
const flaggedFrom = 2

export class StragglerWatch {
  readonly #recent: number[][]

  constructor(worldSize: number) {
    this.#recent = Array.from({ length: worldSize }, () => [])
  }

  step(rank: number, ownMs: number): void {
    const recent = this.#recent[rank]!
    recent.push(ownMs)
    if (recent.length > windowSteps) recent.shift()
  }

  /** How many times as long as the median of the others `rank` takes; null while it is not flagged. */
  slowdown(rank: number): number | null {
    if (this.#recent.some((recent) => recent.length < windowSteps)) return null
    const own = median(this.#recent[rank]!)
    const others = median(this.#recent.filter((_, other) => other !== rank).map((recent) => median(recent) ?? 0))
    if (own === null || others === null || others <= 0 || own < flaggedFrom * others) return null
    return own / others
  }
}
