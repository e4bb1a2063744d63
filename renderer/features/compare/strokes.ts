/**
 * Width and dashes of a chart's lines, by how much they go up and down. One that does so at every column is one pixel of the
 * screen wide, and where its dashes would run into each other it has none: without a graphics card they took ten to seventy
 * times as long to draw. Pure.
 */

type Values = ArrayLike<number | null | undefined>

export interface Stroke {
  /** CSS pixels. */
  width: number
  dash: number[]
}

const usualWidth = 1.75
/** Ways up and down, in widths of the chart. */
const isNoisy = 3
const isHatched = 12
/** Points to a pixel, from which on dashes cannot be told from each other. */
const crowdedPoints = 0.5

/** `all` is what the chart shows, `lines` those of them that are asked about; `dashes` as SVG has them. */
export function strokesOf(
  all: readonly Values[],
  lines: readonly number[],
  dashes: readonly (string | undefined)[],
  isLog: boolean,
  { width, height, pixelRatio }: { width: number; height: number; pixelRatio: number },
): Stroke[] {
  const scaled = all.map((values) => numbersOf(values).map(isLog ? Math.log : (y) => y))
  const [low, high] = scaled.flat().reduce(([least, most], y) => [Math.min(least, y), Math.max(most, y)], [Infinity, -Infinity])
  const onePixel = Math.max(1, Math.floor(pixelRatio)) / pixelRatio
  return lines.map((index, line) => {
    const values = scaled[index]!
    const upAndDown = values.reduce((sum, y, at) => (at === 0 ? 0 : sum + Math.abs(y - values[at - 1]!)), 0)
    const ways = (upAndDown / (high - low || 1)) * (height / width)
    return {
      width: ways > isNoisy ? onePixel : usualWidth,
      dash: ways > isHatched && values.length > crowdedPoints * width ? [] : (dashes[line]?.split(' ').map(Number) ?? []),
    }
  })
}

const numbersOf = (values: Values): number[] => Array.from(values).filter((y) => typeof y === 'number')
