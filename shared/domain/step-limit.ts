/** How long a step may take before something must be wrong. Judged alike by the ranks and by their supervisor. */

export const shortestStepLimitMs = 10_000
const factor = 5
/** Before so many steps nobody can say what is usual: the first ones compile, and the longest headlines may be still to come. */
const fewSteps = 20
const window = 1000

/** max(10 s, 5 × the 99th percentile) of the latest steps; null while too few are known. */
export function stepLimitMs(stepsMs: readonly number[], shortestMs = shortestStepLimitMs): number | null {
  if (stepsMs.length < fewSteps) return null
  const sorted = stepsMs.slice(-window).sort((a, b) => a - b)
  return Math.max(shortestMs, factor * sorted[Math.ceil(0.99 * sorted.length) - 1]!)
}
