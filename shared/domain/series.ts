/**
 * Pure helpers for series of numbers: what to draw of too many points, where the ticks go, what the middle is.
 * The window's charts and the report's charts use the same ones, so that a run looks the same in both.
 */

export interface Point {
  x: number
  y: number
}

/**
 * At most two points for each of `columns` (pixels or pairs of them): the lowest and the highest, so that no spike is
 * lost; and the first and the last of all. `points` are in order of `x`; points that are not finite are left out.
 */
export function downsample(points: readonly Point[], columns: number): Point[] {
  const finite = points.filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y))
  if (finite.length <= 2 * columns) return finite
  const last = finite.length - 1
  const firstX = finite[0]!.x
  const columnsPerX = columns / (finite[last]!.x - firstX)
  const kept: number[] = [0]
  const keep = (index: number): void => {
    if (index > kept[kept.length - 1]!) kept.push(index)
  }
  let column = 0
  let lowest = 0
  let highest = 0
  const flush = (): void => {
    keep(Math.min(lowest, highest))
    keep(Math.max(lowest, highest))
  }
  for (let index = 0; index <= last; index++) {
    const { x, y } = finite[index]!
    const itsColumn = Math.min(columns - 1, Math.floor((x - firstX) * columnsPerX) || 0)
    if (itsColumn !== column) {
      flush()
      column = itsColumn
      lowest = highest = index
    }
    if (y < finite[lowest]!.y) lowest = index
    if (y > finite[highest]!.y) highest = index
  }
  flush()
  keep(last)
  return kept.map((index) => finite[index]!)
}

/** Each point with the mean of its neighbourhood of `window` points (fewer at both ends); points that are not finite are left out. */
export function movingMean(points: readonly Point[], window: number): Point[] {
  const finite = points.filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y))
  const sums = new Float64Array(finite.length + 1)
  finite.forEach((point, index) => (sums[index + 1] = sums[index]! + point.y))
  const before = Math.floor((window - 1) / 2)
  return finite.map(({ x }, index) => {
    const from = Math.max(0, index - before)
    const to = Math.min(finite.length, index - before + window)
    return { x, y: (sums[to]! - sums[from]!) / (to - from) }
  })
}

/** The `share`-th quantile (0 … 1), interpolated linearly between neighbours; null where there are no values. */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  const position = share * (sorted.length - 1)
  const below = sorted[Math.floor(position)]!
  const above = sorted[Math.ceil(position)]!
  return below + (above - below) * (position - Math.floor(position))
}

export const median = (values: readonly number[]): number | null => quantile(values, 0.5)

export interface Ticks {
  /** Ascending; the first is ≤ the lowest value, the last ≥ the highest. */
  values: number[]
  /** Digits after the point that tell the ticks apart. */
  decimals: number
}

/** About `count` round numbers (1, 2, 2.5 or 5 times a power of ten apart) that enclose `low` … `high`. */
export function niceTicks(low: number, high: number, count: number, wholeNumbers = false): Ticks {
  const span = high > low ? high - low : Math.abs(low) || 1
  const power = 10 ** Math.floor(Math.log10(span / count))
  const factors = wholeNumbers ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10]
  const rough = (factors.find((factor) => factor * power >= span / count) ?? 10) * power
  const step = wholeNumbers ? Math.max(1, rough) : rough
  const decimals = [0, 1, 2, 3, 4, 5, 6, 7, 8].find((digits) => Number(step.toFixed(digits)) === Number(step.toPrecision(6))) ?? 9
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  return { values: Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12))), decimals }
}

const dashes = ['', '6 3', '2 2', '8 3 2 3', '12 4'] as const
export const rankColorCount = 8

/** How a rank is drawn everywhere. Colours and dashes repeat at different periods: no two of 40 ranks look alike. */
export function rankStyle(rank: number): { color: number; dash: string; label: string } {
  return { color: rank % rankColorCount, dash: dashes[rank % dashes.length]!, label: `rank ${rank}` }
}
