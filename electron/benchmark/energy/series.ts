/** Energy used over time, as samples of a counter that only grows; what lies between two samples is interpolated. Pure. */
export interface EnergySample {
  /** On `performance.now()`'s clock. */
  atMs: number
  joules: number
}
export type EnergySeries = readonly EnergySample[]

/** Null where the samples do not reach from one end to the other. */
export function joulesBetween(series: EnergySeries, fromMs: number, toMs: number): number | null {
  const [from, to] = [joulesAt(series, fromMs), joulesAt(series, toMs)]
  return from === null || to === null || toMs <= fromMs ? null : to - from
}

function joulesAt(series: EnergySeries, atMs: number): number | null {
  const next = series.findIndex((sample) => sample.atMs >= atMs)
  const [before, after] = [series[next - 1], series[next]]
  if (!after) return null
  if (after.atMs === atMs) return after.joules
  return before ? before.joules + ((after.joules - before.joules) * (atMs - before.atMs)) / (after.atMs - before.atMs) : null
}
