/** Numbers on axes and in cells. */

/** 0.5, 12, 1,000, 1e-7 */
export function axisNumber(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(0)
  return Number(value.toPrecision(6)).toLocaleString('en', { maximumFractionDigits: 6 })
}

/** A gradient's element: sign, four digits, and no jump between notations within a column. */
export const signed = (value: number): string => (Math.abs(value) < 1e-4 && value !== 0 ? value.toExponential(1) : value.toFixed(4))

/** A share of the accent colour on the surface, 0 to 1: more is more. */
export const tint = (share: number, color = 'var(--accent)'): string =>
  `color-mix(in oklab, ${color} ${Math.round(Math.max(0, Math.min(1, share)) * 100)}%, var(--surface-sunken))`

/** One way to write all of these numbers, so that they can be added in one's head: scaled by a power of a thousand, two digits after the point. */
export function readable(values: readonly number[]): { factor: number; write: (value: number) => string } {
  const largest = Math.max(...values.map(Math.abs), 1e-12)
  const factor = largest >= 1 ? 1 : 1000 ** Math.ceil(-Math.log10(largest) / 3)
  return { factor, write: (value) => (value * factor).toFixed(2).replace('-', '−') }
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** 49 %, 0.31 %, 6.0 · 10⁻⁸ */
export function relativeText(value: number): string {
  if (value === 0) return '0'
  if (!Number.isFinite(value)) return '–'
  if (value >= 1e-3) return `${(value * 100).toPrecision(2).replace(/e\+(\d+)/, ' · 10^$1')} %`
  const [digits = '', power = '0'] = value.toExponential(1).split('e-')
  return `${digits} · 10⁻${[...power].map((digit) => superscripts[Number(digit)]).join('')}`
}
