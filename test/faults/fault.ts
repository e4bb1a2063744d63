/**
 * The terms of the fault harness. A fault is something bad that is done to a real part, and figures that say how the part
 * bore it; each figure has a goal that must be met. Beside a guard stands the same part without it (`withoutGuard`), which
 * must miss a goal: so the harness is seen to notice. It neither prints nor decides what runs.
 */
export interface Effort {
  /** The full numbers; otherwise few of each. */
  long: boolean
  seed: number
}

export interface Figure {
  what: string
  goal: string
  measured: string
  pass: boolean
  /** A time; it says little on a busy machine, so the tests do not look at it. */
  timed?: boolean
}

/** Why a fault cannot be tried on this machine. */
export interface NotHere {
  skipped: string
}

export type Outcome = Figure[] | NotHere

export interface Fault {
  /** For `--only`. */
  name: string
  /** What is done, as in the table. */
  title: string
  /** Starts processes that train: needs the build and takes long; the tests have their own for these. */
  trains?: boolean
  run(effort: Effort): Promise<Outcome>
  withoutGuard: { what: string; run(effort: Effort): Promise<Outcome> }
}

/** A figure that must be zero: how many of `of` went wrong, with the first few named. */
export function none(what: string, of: number, wrong: readonly string[]): Figure {
  const named = wrong.length === 0 ? '' : ` (${wrong.slice(0, 3).join('; ')}${wrong.length > 3 ? '; …' : ''})`
  return { what, goal: '0', measured: `${wrong.length} of ${of}${named}`, pass: wrong.length === 0 && of > 0 }
}

/** A figure that must be everything. */
export const all = (what: string, count: number, of: number): Figure => ({
  what,
  goal: `all ${of}`,
  measured: String(count),
  pass: count === of && of > 0,
})

/** A time that must not be exceeded; the 99th percentile where there are many, else the longest. */
export function within(what: string, goalMs: number, measuredMs: readonly number[], percentile: 0.99 | 1 = 1): Figure {
  const sorted = [...measuredMs].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(percentile * sorted.length) - 1)] ?? NaN
  return {
    what: percentile === 1 ? what : `${what}, p99`,
    goal: `≤ ${goalMs} ms`,
    measured: Number.isNaN(value) ? 'nothing was measured' : `${value.toFixed(value < 10 ? 1 : 0)} ms`,
    pass: value <= goalMs,
    timed: true,
  }
}
