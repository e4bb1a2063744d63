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
