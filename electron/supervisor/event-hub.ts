/**
 * Tells subscribers what is new in a run, gathered into at most ten messages a second: a chart cannot show more, and a
 * fast model makes hundreds of steps in that time.
 */
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'
import type { RunDetail, RunEvent } from '../../shared/domain/run.ts'

const intervalMs = 100

type Listener = (event: RunEvent) => void

export class EventHub {
  readonly #detail: () => RunDetail
  readonly #listeners = new Set<Listener>()
  #steps: StepMetrics[] = []
  #epochs: EpochMetrics[] = []
  #recordChanged = false
  #timer: NodeJS.Timeout | null = null

  /** `detail` gives the whole truth of the moment; deltas take their small parts from it. */
  constructor(detail: () => RunDetail) {
    this.#detail = detail
  }

  /** What was told is no longer true (steps are to be repeated): everybody hears the whole anew. */
  startAnew(): void {
    this.flush()
    for (const listener of this.#listeners) listener({ type: 'snapshot', detail: this.#detail() })
  }

  subscribe(listener: Listener): () => void {
    // The others hear first what the snapshot of the new one contains already.
    this.flush()
    this.#listeners.add(listener)
    listener({ type: 'snapshot', detail: this.#detail() })
    return () => this.#listeners.delete(listener)
  }

  step(step: StepMetrics): void {
    this.#steps.push(step)
    this.changed()
  }

  epoch(epoch: EpochMetrics): void {
    this.#epochs.push(epoch)
    this.changed()
  }

  record(): void {
    this.#recordChanged = true
    this.changed()
  }

  /** Ranks or progress are not what they were. */
  changed(): void {
    this.#timer ??= setTimeout(() => this.flush(), intervalMs)
  }

  /** Tells now what waits to be told. */
  flush(): void {
    if (this.#timer === null) return
    clearTimeout(this.#timer)
    this.#timer = null
    const { record, progress, ranks, hasModel } = this.#detail()
    const delta: RunEvent = {
      type: 'delta',
      progress,
      ranks,
      steps: this.#steps,
      epochs: this.#epochs,
      hasModel,
      ...(this.#recordChanged ? { record } : {}),
    }
    this.#steps = []
    this.#epochs = []
    this.#recordChanged = false
    for (const listener of this.#listeners) listener(delta)
  }
}
