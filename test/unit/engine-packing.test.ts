/** Which rows of the packed matrix are which places of the grid. */
import { describe, expect, test } from 'vitest'
import { allocatePacking, packedShape, packTokens } from '../../electron/engine/packing.ts'

const gridOf = (tokenCounts: readonly number[], length: number) => ({
  rows: tokenCounts.length,
  length,
  attentionMask: Float32Array.from(
    { length: tokenCounts.length * length },
    (_, place) => +(place % length < tokenCounts[Math.floor(place / length)]!),
  ),
})

describe.for([
  { tokenCounts: [3, 1, 4], length: 4 },
  { tokenCounts: [4, 4, 4], length: 4 },
  { tokenCounts: [1, 1, 1, 1, 1, 1, 1, 1], length: 16 },
  { tokenCounts: [16, 16, 16, 15], length: 16 },
])('packing of $tokenCounts tokens in rows of $length', ({ tokenCounts, length }) => {
  const grid = gridOf(tokenCounts, length)
  const shape = packedShape(grid)
  const packing = allocatePacking(shape)
  packTokens(grid, shape, packing)
  const { placeOf, flatOf } = packing
  const tokens = tokenCounts.reduce((sum, count) => sum + count, 0)
  const places = tokenCounts.length * length

  test('takes every token once, in order of position, the first tokens of all rows first', () => {
    const taken = [...placeOf.subarray(0, tokens)]
    expect(taken.every((place) => grid.attentionMask[place] === 1)).toBe(true)
    expect(new Set(taken).size).toBe(tokens)
    expect(taken.slice(0, tokenCounts.length)).toEqual(tokenCounts.map((_, row) => row * length))
    const positions = taken.map((place) => place % length)
    expect(positions).toEqual(positions.toSorted((a, b) => a - b))
    for (const [flat, place] of taken.entries()) expect(flatOf[place]).toBe(flat)
  })

  test('lets padding read blank rows and blank rows padding, and leaves no room where there is none', () => {
    expect(shape.flat).toBeLessThanOrEqual(places)
    if (tokens === places) expect(shape.flat).toBe(places)
    else expect(shape.flat).toBeGreaterThan(tokens)
    for (const [place, flat] of flatOf.entries()) if (grid.attentionMask[place] === 0) expect(flat).toBeGreaterThanOrEqual(tokens)
    for (const place of placeOf.subarray(tokens)) expect(grid.attentionMask[place]).toBe(0)
  })
})

test('batches of one grid come in sixteen sizes at most', () => {
  const sizes = new Set<number>()
  for (let tokens = 32; tokens <= 1024; tokens++) {
    const counts = Array.from({ length: 32 }, (_, row) => Math.floor(tokens / 32) + +(row < tokens % 32))
    sizes.add(packedShape(gridOf(counts, 32)).flat)
  }
  expect(sizes.size).toBeLessThanOrEqual(16)
})
