/**
 * Time as the run has lived it: monotonic, and standing still while this process could not run. After a laptop's sleep, or
 * after the whole tree of processes was stopped and continued, nobody is late. It notices by itself: its tick comes far
 * later than it should, and all but a little of that gap is left out. Everything that the supervisor waits for is measured
 * by it; timers due during a gap come after it, not at once.
 */

const tickMs = 100
/** A gap counts as no more than this. Short of it a busy machine is simply late. */
const longestGapMs = 1_000

interface Alarm {
  atMs: number
  action: () => void
}

export class AwakeClock {
  readonly #read: () => number
  readonly #alarms = new Set<Alarm>()
  readonly #listeners = new Set<() => void>()
  readonly #interval: NodeJS.Timeout
  #awakeMs = 0
  #lastRead: number

  /** `read`: a monotonic clock, milliseconds. */
  constructor(read: () => number = () => performance.now()) {
    this.#read = read
    this.#lastRead = read()
    this.#interval = setInterval(() => this.#tick(), tickMs)
  }

  now(): number {
    const read = this.#read()
    this.#awakeMs += Math.min(read - this.#lastRead, longestGapMs)
    this.#lastRead = read
    return this.#awakeMs
  }

  /** Calls `action` once, after `ms` of waking time, to the tick. */
  after(ms: number, action: () => void): void {
    this.#alarms.add({ atMs: this.now() + ms, action })
  }

  onTick(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** Nothing is called any more. */
  stop(): void {
    clearInterval(this.#interval)
    this.#alarms.clear()
    this.#listeners.clear()
  }

  /** Forgets the alarms; ticks go on. */
  clearAlarms(): void {
    this.#alarms.clear()
  }

  #tick(): void {
    const now = this.now()
    for (const alarm of this.#alarms) {
      if (alarm.atMs > now || !this.#alarms.delete(alarm)) continue
      alarm.action()
    }
    for (const listener of this.#listeners) listener()
  }
}
