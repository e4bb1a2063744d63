import { describe, expect, it } from 'vitest'
import { downsample, median, movingMean, niceTicks, quantile, rankStyle, type Point } from '../../shared/domain/series.ts'

const series = (length: number, y: (index: number) => number): Point[] => Array.from({ length }, (_, x) => ({ x, y: y(x) }))

describe('downsample', () => {
  it('keeps single spikes, up and down, of a long series', () => {
    const points = series(20_000, (x) => (x === 7_123 ? 50 : x === 15_001 ? -50 : Math.sin(x / 300)))
    const kept = downsample(points, 300)
    expect(kept.length).toBeLessThanOrEqual(602)
    expect(kept).toContainEqual({ x: 7_123, y: 50 })
    expect(kept).toContainEqual({ x: 15_001, y: -50 })
  })

  it('keeps the first and the last point and the order', () => {
    const points = series(5_000, (x) => (x * 7919) % 101)
    const kept = downsample(points, 40)
    expect(kept[0]).toEqual(points[0])
    expect(kept.at(-1)).toEqual(points.at(-1))
    expect(kept.every((point, index) => index === 0 || point.x > kept[index - 1]!.x)).toBe(true)
  })

  it('keeps the lowest and the highest of every column', () => {
    const points = series(1_000, (x) => (x * 7919) % 1_009)
    const kept = new Set(downsample(points, 10).map((point) => point.x))
    for (let column = 0; column < 10; column++) {
      const inColumn = points.filter((point) => Math.min(9, Math.floor((point.x / 999) * 10)) === column)
      const ordered = inColumn.toSorted((a, b) => a.y - b.y)
      expect(kept.has(ordered[0]!.x)).toBe(true)
      expect(kept.has(ordered.at(-1)!.x)).toBe(true)
    }
  })

  it('returns short series as they are and leaves out what is not finite', () => {
    expect(
      downsample(
        series(5, (x) => x),
        10,
      ),
    ).toHaveLength(5)
    expect(
      downsample(
        [
          { x: 0, y: 1 },
          { x: 1, y: Number.NaN },
          { x: 2, y: Number.POSITIVE_INFINITY },
          { x: 3, y: 2 },
        ],
        10,
      ),
    ).toEqual([
      { x: 0, y: 1 },
      { x: 3, y: 2 },
    ])
    expect(downsample([], 10)).toEqual([])
  })

  it('survives a series whose points all have the same x', () => {
    const kept = downsample(
      Array.from({ length: 100 }, (_, y) => ({ x: 3, y })),
      4,
    )
    expect(kept).toEqual([
      { x: 3, y: 0 },
      { x: 3, y: 99 },
    ])
  })
})

describe('quantile', () => {
  it('interpolates between neighbours as numpy does', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
    expect(quantile([10, 20, 30, 40, 50], 0.95)).toBeCloseTo(48, 12)
    expect(quantile([7], 0.99)).toBe(7)
    expect(median([3, 1, 2])).toBe(2)
  })

  it('sorts by value, not by name, and knows no quantile of nothing', () => {
    expect(median([100, 9, 10])).toBe(10)
    expect(quantile([], 0.5)).toBeNull()
  })
})

describe('movingMean', () => {
  it('is the mean of a point and its neighbours, of fewer at the ends', () => {
    expect(
      movingMean(
        series(5, (x) => x * x),
        3,
      ).map((point) => point.y),
    ).toEqual([0.5, 5 / 3, 14 / 3, 29 / 3, 12.5])
  })
})

describe('niceTicks', () => {
  it.each([
    [0, 1.39, 5, [0, 0.5, 1, 1.5], 1],
    [0, 237, 6, [0, 50, 100, 150, 200, 250], 0],
    [0, 1, 4, [0, 0.25, 0.5, 0.75, 1], 2],
    [-0.004, 0.003, 4, [-0.004, -0.002, 0, 0.002, 0.004], 3],
    [5, 5, 3, [4, 6], 0],
  ])('encloses %d … %d with round numbers', (low, high, count, values, decimals) => {
    expect(niceTicks(low, high, count)).toEqual({ values, decimals })
  })

  it('stays with whole numbers where asked to', () => {
    expect(niceTicks(1, 3, 6, true)).toEqual({ values: [1, 2, 3], decimals: 0 })
  })
})

describe('rankStyle', () => {
  it('gives no two of 40 ranks the same colour and dash', () => {
    const looks = Array.from({ length: 40 }, (_, rank) => `${rankStyle(rank).color} ${rankStyle(rank).dash}`)
    expect(new Set(looks).size).toBe(40)
    expect(rankStyle(3).label).toBe('rank 3')
  })
})
