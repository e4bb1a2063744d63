/** Numbers, times and sizes as people read them. Absent or not finite: an en dash. */
const none = '–'
const isNumber = (value: number | null | undefined): value is number => typeof value === 'number' && Number.isFinite(value)
const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const moment = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false })

/** 1,234,567 */
export const count = (value: number | null | undefined): string => (isNumber(value) ? grouped.format(value) : none)

/** 1.45 M, 66.96 M, 812 k */
export function compact(value: number | null | undefined): string {
  if (!isNumber(value)) return none
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} G`
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`
  return count(value)
}

/** `digits` after the point. */
export const fixed = (value: number | null | undefined, digits: number): string => (isNumber(value) ? value.toFixed(digits) : none)

/** Three digits or more, none of them invented: 1,240 · 86.4 · 0.123 */
export function figure(value: number | null | undefined): string {
  if (!isNumber(value)) return none
  const size = Math.abs(value)
  if (size >= 100) return grouped.format(value)
  return value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3)
}

/** 0.9324 → 93.2 % */
export const percent = (share: number | null | undefined, digits = 1): string =>
  isNumber(share) ? `${(share * 100).toFixed(digits)} %` : none

/** A difference of two shares in percentage points: 0.123 → +12.3, −0.05 → −5.0 */
export const points = (difference: number): string => `${difference < 0 ? '−' : '+'}${Math.abs(difference * 100).toFixed(1)}`

/** 850 ms · 12.3 s · 2 min 05 s · 1 h 02 min */
export function duration(ms: number | null | undefined): string {
  if (!isNumber(ms)) return none
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`
}

/** A time still to come, in whole seconds: it is a guess and should not flicker. */
export const remaining = (ms: number | null | undefined): string =>
  isNumber(ms) && ms < 60_000 ? `${Math.ceil(ms / 1000)} s` : duration(ms)

/** 312 MB · 24.6 GB (powers of ten, as on the box) */
export function bytes(value: number | null | undefined): string {
  if (!isNumber(value)) return none
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} GB`
  if (value >= 1e6) return `${(value / 1e6).toFixed(value >= 1e8 ? 0 : 1)} MB`
  if (value >= 1e3) return `${(value / 1e3).toFixed(0)} kB`
  return `${value} B`
}

/** 12 Mar, 14:05 */
export const dateTime = (iso: string): string => moment.format(new Date(iso))

/** 1 row, 2 rows */
export const plural = (value: number, word: string, words = `${word}s`): string => `${count(value)} ${value === 1 ? word : words}`
