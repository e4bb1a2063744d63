/** Counts requests and remembers the newest: what the log, the page and nobody else are told of them. */
import type { RequestFigures, RequestRecord } from '../../shared/domain/serving.ts'

const recentCount = 200
const windowMs = 60_000
/** Latencies kept of the last minute; of a busier one, the newest. */
const maxSamples = 20_000

export class RequestMeter {
  readonly #byStatus = new Map<number, number>()
  #recent: RequestRecord[] = []
  #samples: { at: number; ms: number }[] = []

  add(record: RequestRecord): void {
    this.#byStatus.set(record.status, (this.#byStatus.get(record.status) ?? 0) + 1)
    this.#recent.push(record)
    // In one go now and then: taking the first away each time would move them all.
    if (this.#recent.length >= 2 * recentCount) this.#recent = this.#recent.slice(-recentCount)
    if (record.texts === null || record.status !== 200) return
    this.#samples.push({ at: performance.now(), ms: record.ms })
    if (this.#samples.length >= 2 * maxSamples) this.#samples = this.#samples.slice(-maxSamples)
  }

  /** Oldest first. */
  recent(): RequestRecord[] {
    return this.#recent.slice(-recentCount)
  }

  figures(): RequestFigures {
    const since = performance.now() - windowMs
    this.#samples = this.#samples.filter(({ at }) => at >= since)
    const sorted = this.#samples.map(({ ms }) => ms).sort((a, b) => a - b)
    const byStatus = Object.fromEntries([...this.#byStatus].sort(([a], [b]) => a - b).map(([status, count]) => [String(status), count]))
    return {
      total: [...this.#byStatus.values()].reduce((sum, count) => sum + count, 0),
      byStatus,
      p50Ms: quantile(sorted, 0.5),
      p95Ms: quantile(sorted, 0.95),
      lastMinuteCount: sorted.length,
    }
  }
}

/** Nearest rank: the smallest value that at least `share` of all are not above. */
const quantile = (sorted: readonly number[], share: number): number | null =>
  sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
