/**
 * The α–β model of a message's cost (Hockney 1994): a start-up time and a time for each byte. Fitted to measurements by
 * least squares on relative errors, because the sizes span many powers of ten and the largest would drown the others.
 */

export interface CostSample {
  bytes: number
  ms: number
}

export interface CostFit {
  /** Start-up time, milliseconds; not below 0. */
  alphaMs: number
  /** Milliseconds for each byte. */
  betaMsPerByte: number
  /** Share of the variance of log time that the fit explains, 1 at best. */
  r2: number
}

// region fit
/** Needs two different sizes at least; null otherwise. */
export function fitAlphaBeta(samples: readonly CostSample[]): CostFit | null {
  // Weighted by 1/ms²: minimises Σ ((α + β·bytes − ms) / ms)².
  let [w, x, y, xx, xy] = [0, 0, 0, 0, 0]
  for (const { bytes, ms } of samples) {
    const weight = 1 / (ms * ms)
    w += weight
    x += weight * bytes
    y += weight * ms
    xx += weight * bytes * bytes
    xy += weight * bytes * ms
  }
  const determinant = w * xx - x * x
  if (!(determinant > 1e-12 * w * xx)) return null
  const slope = (w * xy - x * y) / determinant
  const intercept = (y - slope * x) / w
  // A negative start-up time is noise: then the line goes through the origin.
  const [alphaMs, betaMsPerByte] = intercept >= 0 ? [intercept, slope] : [0, xy / xx]
  const logs = samples.map(({ ms }) => Math.log(ms))
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
  const total = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0)
  const left = samples.reduce((sum, { bytes, ms }) => sum + (Math.log(alphaMs + betaMsPerByte * bytes) - Math.log(ms)) ** 2, 0)
  return { alphaMs, betaMsPerByte, r2: 1 - left / total }
}
// endregion

/** Bytes an algorithm's user sees a second (nccl-tests' algbw): size / time. */
export const algorithmBandwidth = ({ bytes, ms }: CostSample): number => (bytes / ms) * 1000

/** What each link carried (nccl-tests' busbw of all-reduce): algbw · 2 (N − 1) / N. */
export const busBandwidth = (sample: CostSample, worldSize: number): number =>
  (algorithmBandwidth(sample) * 2 * (worldSize - 1)) / worldSize
