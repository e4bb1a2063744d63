/**
 * The comparison as one SVG file that needs nothing else: legend, charts one below the other, axes and units, drawn from the
 * same thinned curves as the screen. Pure; colours are given.
 */
import type { Chart } from './board.tsx'
import { axes, quantities, thin, thinBand } from './curves.ts'
import type { AxisName, Drawn, DrawnBand, Range } from './curves.ts'
import { ticksAlong, ticksUp } from './ticks.ts'

export interface PictureSettings {
  axis: AxisName
  range: Range
  isLog: boolean
  isSmoothed: boolean
  hasBands: boolean
}

export interface LegendEntry {
  title: string
  /** Any CSS colour. */
  color: string
  dash: string | undefined
  provenance: 'measured' | 'imported'
}

export interface PictureColors {
  surface: string
  ink: string
  quiet: string
  hairline: string
}

const width = 960
const frame = { left: 66, right: width - 20, height: 240 }
const rowHeight = 20
const chartHeight = frame.height + 78
const columns = 2 * (frame.right - frame.left)

/** `legend` is in the order of each chart's runs. */
export function comparisonSvg(
  charts: readonly Chart[],
  legend: readonly LegendEntry[],
  settings: PictureSettings,
  colors: PictureColors,
): string {
  const head = 20 + rowHeight * legend.length
  const height = head + chartHeight * charts.length
  const names = legend.map((entry, index) => {
    const y = 20 + rowHeight * index
    return `<path d="M16 ${y}h28" fill="none" stroke="${entry.color}" stroke-width="2.2"${dashed(entry.dash)}/>${text(54, y + 4, `${entry.title} (${entry.provenance})`, colors.ink)}`
  })
  const drawn = charts.map((chart, index) => chartOf(chart, legend, settings, colors, head + chartHeight * index, `plot${index}`))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12"><rect width="${width}" height="${height}" fill="${colors.surface}"/>${names.join('')}${drawn.join('')}</svg>\n`
}

function chartOf(
  { name, runs }: Chart,
  legend: readonly LegendEntry[],
  settings: PictureSettings,
  colors: PictureColors,
  top: number,
  id: string,
): string {
  const { title, unit, mayBeLog } = quantities[name]
  const { axis, range, isSmoothed, hasBands } = settings
  const isLog = settings.isLog && mayBeLog
  const isShown = isLog ? (y: number) => y > 0 && Number.isFinite(y) : Number.isFinite
  const lines = runs.map(({ curve }) => ({
    main: thin(curve.smooth, range, columns, isShown),
    shadow: isSmoothed ? thin(curve.raw, range, columns, isShown) : null,
    band: hasBands && curve.band ? thinBand(curve.band, range, columns, isShown) : null,
  }))
  const [low, high] = extentUp(
    lines.flatMap(({ main, shadow, band }) => valuesIn(range, [main, shadow ?? none, ...edgesOf(band)])),
    isLog,
  )
  const [above, below] = [top + 40, top + 40 + frame.height]
  const scale = isLog ? Math.log : (y: number): number => y
  const left = (x: number): string => (frame.left + ((x - range.from) / (range.to - range.from)) * (frame.right - frame.left)).toFixed(1)
  const up = (y: number): string => (below - ((scale(y) - scale(low)) / (scale(high) - scale(low))) * frame.height).toFixed(1)
  const line = ({ x, y }: Drawn, look: string): string =>
    x.length === 1 && typeof y[0] === 'number'
      ? `<circle cx="${left(x[0]!)}" cy="${up(y[0])}" r="3" ${look.replace('stroke=', 'fill=')}/>`
      : `<path fill="none" ${look} d="${pieces(y)
          .map((piece) => `M${piece.map((at) => `${left(x[at]!)} ${up(y[at]!)}`).join('L')}`)
          .join('')}"/>`
  const area = ({ x, low: lows, high: highs }: DrawnBand): string =>
    pieces(lows)
      .map((piece) => [
        ...piece.map((at) => `${left(x[at]!)} ${up(lows[at]!)}`),
        ...piece.map((at) => `${left(x[at]!)} ${up(highs[at]!)}`).reverse(),
      ])
      .map((edge) => `M${edge.join('L')}Z`)
      .join('')
  const grid = ticksUp(low, high, 6, isLog).map(
    ({ at, text: label }) =>
      `<path d="M${frame.left} ${up(at)}H${frame.right}" stroke="${colors.hairline}"/>${text(frame.left - 8, Number(up(at)) + 4, label, colors.quiet, 'end')}`,
  )
  const along = ticksAlong(axis, range, 9).map(({ at, text: label }) => text(Number(left(at)), below + 18, label, colors.quiet, 'middle'))
  const curves = lines.map(({ main, shadow, band }, index) => {
    const { color, dash } = legend[index]!
    return [
      band ? `<path fill="${color}" fill-opacity="0.15" d="${area(band)}"/>` : '',
      shadow ? line(shadow, `stroke="${color}" stroke-opacity="0.35"`) : '',
      line(main, `stroke="${color}" stroke-width="1.75"${dashed(dash)}`),
    ].join('')
  })
  return [
    text(16, top + 24, `${title}, ${unit}${isLog ? ', logarithmic' : ''}`, colors.ink),
    ...grid,
    `<clipPath id="${id}"><rect x="${frame.left}" y="${above}" width="${frame.right - frame.left}" height="${frame.height}"/></clipPath><g clip-path="url(#${id})">${curves.join('')}</g>`,
    ...along,
    text(frame.right, below + 34, axes[axis].unit, colors.quiet, 'end'),
  ].join('')
}

const none: Drawn = { x: [], y: [] }
const edgesOf = (band: DrawnBand | null): Drawn[] => (band ? [band.low, band.high].map((y) => ({ x: band.x, y })) : [])

/** A line comes from a point beside the picture; how high that lies says nothing about the picture. */
const valuesIn = ({ from, to }: Range, drawn: readonly Drawn[]): number[] =>
  drawn.flatMap(({ x, y }) => y.filter((value, index) => value !== null && x[index]! >= from && x[index]! <= to) as number[])

/** Indices of what lies between the breaks. */
function pieces(values: readonly (number | null)[]): number[][] {
  const found: number[][] = [[]]
  values.forEach((value, index) => (value === null ? found.push([]) : found.at(-1)!.push(index)))
  return found.filter(({ length }) => length > 0)
}

/** A little more than the data. */
function extentUp(values: readonly number[], isLog: boolean): [number, number] {
  const low = values.reduce((least, y) => Math.min(least, y), Number.POSITIVE_INFINITY)
  const high = values.reduce((most, y) => Math.max(most, y), Number.NEGATIVE_INFINITY)
  if (low > high) return isLog ? [1, 10] : [0, 1]
  if (isLog) return low === high ? [low / 2, high * 2] : [0.9 * low, 1.1 * high]
  const margin = 0.05 * (high - low || Math.abs(high) || 1)
  return [low - margin, high + margin]
}

const dashed = (dash: string | undefined): string => (dash === undefined ? '' : ` stroke-dasharray="${dash}"`)

const text = (x: number, y: number, content: string, color: string, anchor = 'start'): string =>
  `<text x="${x}" y="${y}" fill="${color}" text-anchor="${anchor}">${escaped(content)}</text>`

const escaped = (content: string): string => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
