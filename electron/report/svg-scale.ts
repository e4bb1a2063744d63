/**
 * One axis of a chart: from values to pixels, with round ticks. What is up an axis ends at a tick, so that its lines
 * are enclosed; what runs along ends where the data does.
 */
import { niceTicks } from '../../shared/domain/series.ts'
import { formatDecimal } from './format.ts'

export interface Axis {
  /** With its unit: 'step time, ms'. */
  label: string
  /** Ticks are whole numbers. */
  whole?: boolean
  /** Values are shares, ticks are shown as percent. */
  percent?: boolean
  /** The axis includes these values, whatever the data is. */
  includes?: readonly number[]
}

export interface Scale {
  ticks: { at: number; label: string }[]
  /** Pixel of a value. */
  at(value: number): number
}

/** `values` along `axis` laid out between the pixels `from` and `to`, about one tick for every `tickGap` pixels. */
export function scaleOf(
  values: readonly number[],
  axis: Axis,
  from: number,
  to: number,
  tickGap: number,
  ends: 'at ticks' | 'at data',
): Scale {
  const [low, high] = extent([...values, ...(axis.includes ?? [])])
  const nice = niceTicks(low, high, Math.max(3, Math.round(Math.abs(to - from) / tickGap)), axis.whole)
  const first = ends === 'at ticks' ? nice.values[0]! : low
  const last = ends === 'at ticks' ? nice.values[nice.values.length - 1]! : high
  const at = (value: number): number => from + ((value - first) / (last - first)) * (to - from)
  const label = (tick: number): string =>
    axis.percent ? `${formatDecimal(tick * 100, Math.max(0, nice.decimals - 2))} %` : formatDecimal(tick, nice.decimals)
  return { ticks: nice.values.filter((tick) => tick >= first && tick <= last).map((tick) => ({ at: at(tick), label: label(tick) })), at }
}

/** Lowest and highest of the finite values; never equal. */
function extent(values: readonly number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return [0, 1]
  return low === high ? [low, low + 1] : [low, high]
}
