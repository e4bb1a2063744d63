/** The α–β fit on costs that are known. */
import { describe, expect, test } from 'vitest'
import { algorithmBandwidth, busBandwidth, fitAlphaBeta } from '../../shared/domain/cost-model.ts'

const sizes = [4e3, 64e3, 1e6, 16e6, 256e6]

describe('fitAlphaBeta', () => {
  test('finds the start-up time and the bandwidth that made the samples, over five powers of ten', () => {
    const fit = fitAlphaBeta(sizes.map((bytes) => ({ bytes, ms: 0.2 + bytes / 2e6 })))!
    expect(fit.alphaMs).toBeCloseTo(0.2, 6)
    expect(1 / fit.betaMsPerByte).toBeCloseTo(2e6, 0)
    expect(fit.r2).toBeCloseTo(1, 9)
  })

  test('says by R² that a law of another kind does not fit', () => {
    const fit = fitAlphaBeta(sizes.map((bytes, index) => ({ bytes, ms: index % 2 === 0 ? 1 : 30 })))!
    expect(fit.r2).toBeLessThan(0.5)
  })

  test('never gives a negative start-up time', () => {
    const fit = fitAlphaBeta([
      { bytes: 100, ms: 1 },
      { bytes: 200, ms: 3 },
    ])!
    expect(fit.alphaMs).toBe(0)
    expect(fit.betaMsPerByte).toBeGreaterThan(0)
  })

  test('gives nothing for one size', () => {
    expect(fitAlphaBeta([{ bytes: 4096, ms: 1 }])).toBeNull()
    expect(
      fitAlphaBeta([
        { bytes: 4096, ms: 1 },
        { bytes: 4096, ms: 2 },
      ]),
    ).toBeNull()
  })
})

test('bandwidths are those of nccl-tests', () => {
  const sample = { bytes: 1e9, ms: 500 }
  expect(algorithmBandwidth(sample)).toBe(2e9)
  expect(busBandwidth(sample, 2)).toBe(2e9)
  expect(busBandwidth(sample, 4)).toBe(3e9)
})
