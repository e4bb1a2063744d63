/** Where the ticks of an axis stand and what they say, on the screen and in exported pictures. Pure functions. */
import { niceTicks } from '../../../shared/domain/series.ts'
import type { AxisName, Range } from './curves.ts'

export interface Tick {
  at: number
  text: string
}

const grouped = (value: number, decimals = 0): string =>
  value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })

/** About `count` ticks of a horizontal axis, all within `range`. */
export function ticksAlong(axis: AxisName, range: Range, count: number): Tick[] {
  if (axis === 'wall') return clockTicks(range, count)
  if (axis === 'relative') return durationTicks(range, count)
  const { values, decimals } = niceTicks(range.from, range.to, count, axis !== 'epoch')
  return values.filter((at) => at >= range.from && at <= range.to).map((at) => ({ at, text: grouped(at, decimals) }))
}

const [minute, hour, day] = [60, 3600, 86_400]
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 30, 90, 365].map((count) => count * day),
]

function multiples(step: number, { from, to }: Range, offset = 0): number[] {
  const first = Math.ceil((from + offset) / step)
  const last = Math.floor((to + offset) / step)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step - offset)
}

/** Seconds, minutes or hours, as the distance of the ticks asks for. */
function durationTicks(range: Range, count: number): Tick[] {
  const wanted = (range.to - range.from) / count
  if (wanted <= 1) {
    const { values, decimals } = niceTicks(range.from, range.to, count)
    return values.filter((at) => at >= range.from && at <= range.to).map((at) => ({ at, text: `${grouped(at, decimals)} s` }))
  }
  const step = timeSteps.find((candidate) => candidate >= wanted) ?? 365 * day
  const [unit, name] = step < minute ? [1, 's'] : step < hour ? [minute, 'min'] : [hour, 'h']
  return multiples(step, range).map((at) => ({ at, text: `${grouped(at / unit)} ${name}` }))
}

/** Whole minutes, hours and days where a clock on the wall shows them. */
function clockTicks(range: Range, count: number): Tick[] {
  const wanted = (range.to - range.from) / count
  const step = timeSteps.find((candidate) => candidate >= wanted) ?? 365 * day
  const offset = -new Date(range.from * 1000).getTimezoneOffset() * minute
  const form: Intl.DateTimeFormatOptions =
    step < minute
      ? { hour: '2-digit', minute: '2-digit', second: '2-digit' }
      : step < day
        ? { hour: '2-digit', minute: '2-digit' }
        : { day: 'numeric', month: 'short' }
  const format = new Intl.DateTimeFormat('en', { ...form, hourCycle: 'h23' })
  // A new day says which.
  const daily = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })
  let before = daily.format(range.from * 1000)
  return multiples(step, range, offset).map((at) => {
    const today = daily.format(at * 1000)
    const text = today === before ? format.format(at * 1000) : today
    before = today
    return { at, text }
  })
}

/** About `count` ticks of a vertical axis. */
export function ticksUp(low: number, high: number, count: number, isLog: boolean): Tick[] {
  if (isLog) return logTicks(low, high, count)
  const { values, decimals } = niceTicks(low, high, count)
  const text = (at: number): string => (at !== 0 && Math.abs(high) < 1e-3 ? at.toExponential(1) : grouped(at, decimals))
  return values.filter((at) => at >= low && at <= high).map((at) => ({ at, text: text(at) }))
}

/** Powers of ten, as many between them as there is room for; round numbers where that leaves fewer than two. */
function logTicks(low: number, high: number, count: number): Tick[] {
  if (!(low > 0) || !(high > low)) return []
  const first = Math.floor(Math.log10(low))
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, index) => first + index)
  const ticks = (factors: readonly number[], every = 1): number[] =>
    powers
      .filter((_, index) => index % every === 0)
      .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
      .filter((at) => at >= low && at <= high)
  const most = 1.6 * count
  const found =
    [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]].map((factors) => ticks(factors)).find(({ length }) => length <= most) ??
    ticks([1], Math.ceil(powers.length / count))
  return found.length < 2 ? ticksUp(low, high, count, false) : found.map((at) => ({ at, text: shortest(at) }))
}

/** 0.002, 5e-4, 1,200 */
const shortest = (value: number): string =>
  value < 1e-3 || value >= 1e6 ? value.toExponential(0).replace('e+', 'e') : value.toLocaleString('en', { maximumSignificantDigits: 3 })

const moment = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** A place on an axis in words: 'step 1,200'. */
export function placeInWords(x: number, axis: AxisName): string {
  if (axis === 'wall') return moment.format(x * 1000)
  if (axis === 'relative') return durationInWords(x)
  if (axis === 'epoch') return `epoch ${x.toFixed(2)}`
  return `${axis === 'step' ? 'step ' : ''}${Math.round(x).toLocaleString('en')}${axis === 'samples' ? ' samples' : ''}`
}

function durationInWords(seconds: number): string {
  if (seconds < minute) return `${seconds.toFixed(1)} s`
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const text = `${two((seconds % hour) / minute)} min ${two(seconds % minute)} s`
  return seconds < hour ? text.replace(/^0/, '') : `${Math.floor(seconds / hour)} h ${text}`
}

/** A value as tables and tips show it, with as many digits as others of its kind. */
export const figureOf = (value: number, digits: number): string =>
  value !== 0 && Math.abs(value) < 10 ** -digits * 10
    ? value.toExponential(2)
    : value.toLocaleString('en', { minimumFractionDigits: Math.min(digits, 4), maximumFractionDigits: digits })
