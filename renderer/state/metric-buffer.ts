/**
 * The points of a run's charts. They live outside the store: at ten batches a second, copying thousands of
 * points into immutable state would cost more than drawing them. A ring: beyond its capacity the oldest steps
 * go (the lab's disk keeps them). Readers learn of new points by the view's `metricsVersion`.
 */
import type { StepMetrics } from '../../shared/domain/metrics.ts'

const defaultCapacity = 100_000

export class MetricBuffer {
  readonly #capacity: number
  #ring: StepMetrics[] = []
  #start = 0

  constructor(capacity = defaultCapacity) {
    this.#capacity = capacity
  }

  get length(): number {
    return this.#ring.length
  }

  /** The newest step, or null. */
  get last(): StepMetrics | null {
    return this.at(this.#ring.length - 1)
  }

  /** The `index`-th oldest step that is kept. */
  at(index: number): StepMetrics | null {
    return this.#ring[(this.#start + index) % this.#ring.length] ?? null
  }

  /** Appends; a step that is not later than the last one is a repetition and is left out. */
  push(steps: readonly StepMetrics[]): void {
    for (const step of steps) {
      if (this.last && step.step <= this.last.step) continue
      if (this.#ring.length < this.#capacity) this.#ring.push(step)
      else {
        this.#ring[this.#start] = step
        this.#start = (this.#start + 1) % this.#capacity
      }
    }
  }

  clear(): void {
    this.#ring = []
    this.#start = 0
  }

  /** Oldest first. */
  toArray(): StepMetrics[] {
    return [...this.#ring.slice(this.#start), ...this.#ring.slice(0, this.#start)]
  }
}
