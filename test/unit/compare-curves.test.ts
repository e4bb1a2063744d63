/** What the comparison draws: where points lie on each axis, that thinning loses no spike, and what configurations differ in. */
import { describe, expect, it } from 'vitest'
import { configRows } from '../../renderer/features/compare/config-difference.ts'
import { curveOf, positions, quantities, quantityNames, thin, thinBand, valueAt, within } from '../../renderer/features/compare/curves.ts'
import { fakeRun } from '../helpers/fake-run.ts'

const run = fakeRun({ record: { trainCount: 79 * 64 } })

describe('axes', () => {
  it('place a step by count, by rows seen, by share of the epoch, by time since the start and by the clock', () => {
    const { createdAt } = run.record
    const last = run.steps.at(-1)!
    const at = (axis: Parameters<typeof positions>[1]) => positions(run, axis)
    expect(at('step').steps).toEqual(run.steps.map(({ step }) => step))
    expect(at('samples').steps.at(-1)).toBe(run.steps.reduce((sum, { exampleCount }) => sum + exampleCount, 0))
    expect(at('epoch').steps.at(-1)).toBeCloseTo(3, 10)
    expect(at('epoch').epochs).toEqual([1, 2, 3])
    expect(at('samples').epochs.at(-1)).toBe(at('samples').steps.at(-1))
    expect(at('relative').steps.at(-1)).toBe(last.elapsedMs / 1000)
    expect(at('wall').steps.at(-1)).toBeCloseTo(Date.parse(createdAt) / 1000 + last.elapsedMs / 1000, 6)
  })

  it('never run backwards', () => {
    for (const axis of ['step', 'epoch', 'samples', 'relative', 'wall'] as const) {
      const { steps } = positions(run, axis)
      expect(steps.every((x, index) => index === 0 || x >= steps[index - 1]!)).toBe(true)
    }
  })
})

describe('a curve', () => {
  it('is what was measured, unless it is smoothed, and then keeps both', () => {
    const plain = curveOf(run, 'loss', 'step', 1)
    expect(plain.smooth).toBe(plain.raw)
    const smoothed = curveOf(run, 'loss', 'step', 20)
    expect(smoothed.raw).toEqual(plain.raw)
    expect(smoothed.smooth).not.toEqual(plain.raw)
  })

  it('has a band of its ranks that holds every rank, and none for one rank', () => {
    for (const [index, { low, high }] of curveOf(run, 'loss', 'step', 1).band.entries()) {
      const values = run.steps[index]!.ranks.map(({ localLoss }) => localLoss)
      expect([low, high]).toEqual([Math.min(...values), Math.max(...values)])
    }
    expect(curveOf(fakeRun({ config: { worldSize: 1 } }), 'loss', 'step', 1).band).toEqual([])
  })

  it('exists for every quantity', () => {
    for (const name of quantityNames) expect(curveOf(run, name, 'step', 1).raw.length, quantities[name].title).toBeGreaterThan(0)
  })
})

describe('thinning', () => {
  const points = Array.from({ length: 100_000 }, (_, x) => ({ x, y: x === 77_777 ? 1000 : Math.sin(x / 500) }))

  const all = { from: 0, to: 100_000 }

  it('of 100,000 points keeps a spike of one of them, in the whole and in a part', () => {
    expect(thin(points, all, 300).some(({ y }) => y === 1000)).toBe(true)
    expect(thin(points, { from: 70_000, to: 80_000 }, 50).some(({ y }) => y === 1000)).toBe(true)
    expect(thin(points, all, 300).length).toBeLessThanOrEqual(602)
  })

  it('takes one more point on each side of a part', () => {
    expect(within(points, { from: 10.5, to: 12.5 }).map(({ x }) => x)).toEqual([10, 11, 12, 13])
  })

  it('of a band keeps its extremes', () => {
    const band = points.map(({ x, y }) => ({ x, low: -y, high: y }))
    const thinned = thinBand(band, all, 200)
    expect(thinned).toHaveLength(200)
    expect(Math.max(...thinned.map(({ high }) => high))).toBe(1000)
    expect(Math.min(...thinned.map(({ low }) => low))).toBe(-1000)
  })
})

describe('the value at a place', () => {
  it('is that of the nearest point, and none far outside the run', () => {
    const points = [1, 2, 3].map((x) => ({ x, y: 10 * x }))
    expect([0.9, 1.4, 1.6, 3, 9].map((x) => valueAt(points, x))).toEqual([10, 10, 20, 30, null])
    expect(valueAt([], 1)).toBeNull()
  })
})

describe('configurations', () => {
  it('differ in what differs, however deep it lies', () => {
    const other = fakeRun({ config: { learningRate: 1e-3, data: { kind: 'csv', path: '/tmp/a.csv' } } })
    const differing = configRows([run.record, other.record]).filter(({ differs }) => differs)
    expect(differing.map(({ name }) => name)).toEqual(['data.kind', 'learningRate', 'data.path', 'data.onBadRow'])
    expect(differing.find(({ name }) => name === 'data.path')?.values).toEqual(['–', '/tmp/a.csv'])
    expect(configRows([run.record, run.record]).some(({ differs }) => differs)).toBe(false)
  })
})
