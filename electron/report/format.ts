/**
 * Numbers and times as a person reads them, with units and no more digits than they are worth. What is null or not
 * finite is '–'. The same on every machine: no locale, no time zone but UTC.
 */
type Maybe = number | null | undefined

export const missing = '–'

const isNumber = (value: Maybe): value is number => typeof value === 'number' && Number.isFinite(value)
const groupThousands = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',')

/** '66,956,548' */
export const formatCount = (value: Maybe): string => (isNumber(value) ? groupThousands(value.toFixed(0)) : missing)

/** Exactly `decimals` digits after the point: '1,234.50'. */
export function formatDecimal(value: Maybe, decimals: number): string {
  if (!isNumber(value)) return missing
  const [whole = '', fraction] = value.toFixed(decimals).split('.')
  return fraction === undefined ? groupThousands(whole) : `${groupThousands(whole)}.${fraction}`
}

/** Three significant digits where there is a fraction, whole numbers above: '0.0123', '12.3', '1,235'. */
export function formatQuantity(value: Maybe): string {
  if (!isNumber(value)) return missing
  if (value === 0) return '0'
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return decimals > 6 ? value.toExponential(2) : formatDecimal(value, decimals)
}

/** A value that someone set, all of its digits: '0.0005'. */
export const formatSetting = (value: Maybe): string => (isNumber(value) ? String(value) : missing)

export const formatLoss = (value: Maybe): string => formatDecimal(value, 4)

/** 0.9234 → '92.3 %' */
export const formatPercent = (share: Maybe): string => (isNumber(share) ? `${formatDecimal(share * 100, 1)} %` : missing)

export const formatInterval = (interval: readonly [number, number] | null): string =>
  interval === null ? missing : `${formatDecimal(interval[0] * 100, 1)} – ${formatPercent(interval[1])}`

/** '0.85 ms', '123 ms' */
export const formatMs = (value: Maybe): string => (isNumber(value) ? `${formatQuantity(value)} ms` : missing)

/** '850 ms', '12.3 s', '2 min 05 s', '1 h 02 min' */
export function formatDuration(ms: Maybe): string {
  if (!isNumber(ms)) return missing
  if (ms < 1000) return `${ms.toFixed(0)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
  const minutes = Math.round(ms / 60_000)
  return `${formatCount(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** '15.6 GiB' */
export function formatBytes(bytes: Maybe): string {
  if (!isNumber(bytes)) return missing
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  return `${power === 0 ? formatCount(bytes) : formatQuantity(bytes / 1024 ** power)} ${units[power]}`
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

/** '24 November 2026, 03:15 UTC' */
export function formatDate(iso: string | null): string {
  const date = new Date(iso ?? Number.NaN)
  if (Number.isNaN(date.getTime())) return missing
  const clock = date.toISOString().slice(11, 16)
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${clock} UTC`
}
