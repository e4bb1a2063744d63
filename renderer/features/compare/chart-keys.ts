/** What a key does in a chart: where the pin and the range are afterwards. Pure. */
import type { RunCurve } from './curve-chart.tsx'
import type { Range } from './curves.ts'

interface Moved {
  pin?: number | null
  range?: Range | null
}

/** Null: the key is not the chart's. The pin goes from point to point of the first curve that has any, with Shift ten at once. */
export function moveByKey(
  { key, shiftKey, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  pin: number | null,
  runs: readonly RunCurve[],
  range: Range,
  extent: Range,
): Moved | null {
  if (ctrlKey || metaKey || altKey) return null
  const points = runs.find(({ curve }) => curve.raw.x.length > 0)?.curve.raw.x ?? []
  const jump = shiftKey ? 10 : 1
  switch (key) {
    case 'Escape':
      return { pin: null }
    case 'ArrowLeft':
      return { pin: stepped(points, pin, -jump, range) }
    case 'ArrowRight':
      return { pin: stepped(points, pin, jump, range) }
    case 'Home':
      return { pin: points[0] ?? null }
    case 'End':
      return { pin: points.at(-1) ?? null }
    case '+':
    case '=':
      return { range: zoomed(range, pin, 0.5, extent) }
    case '-':
      return { range: zoomed(range, pin, 2, extent) }
    case '0':
      return { range: null }
    default:
      return null
  }
}

/** From the pin; without one, from the end that the arrow comes from. */
function stepped(points: readonly number[], pin: number | null, by: number, { from, to }: Range): number | null {
  if (points.length === 0) return null
  const start = pin ?? (by > 0 ? from : to)
  const at = points.findIndex((x) => x >= start)
  const index = pin === null ? (at < 0 ? points.length - 1 : at) : (at < 0 ? points.length : at) + by
  return points[Math.min(points.length - 1, Math.max(0, index))]!
}

/** Closer to the pin or the middle, or farther from it; null where that is everything. */
function zoomed({ from, to }: Range, pin: number | null, factor: number, extent: Range): Range | null {
  const centre = pin !== null && pin >= from && pin <= to ? pin : (from + to) / 2
  const range = { from: Math.max(extent.from, centre - (centre - from) * factor), to: Math.min(extent.to, centre + (to - centre) * factor) }
  return range.from <= extent.from && range.to >= extent.to ? null : range
}
